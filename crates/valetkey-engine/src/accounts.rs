//! The accounts of the outer instruction, as the engine sees them.

use crate::bytes::Key;

/// The accounts of the outer instruction, by outer index.
///
/// The program implements it over the runtime's accounts, tests over plain vectors. The engine asks for `i < len()`
/// only; what an implementation answers beyond is its own affair, but it may not panic.
pub trait Accounts {
    /// Number of accounts.
    fn len(&self) -> usize;
    /// Whether there is no account.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Address.
    fn key(&self, i: usize) -> &Key;
    /// Owner program, at the time of the call.
    fn owner(&self, i: usize) -> &Key;
    /// Whether the outer instruction may write it.
    fn is_writable(&self, i: usize) -> bool;
    /// Whether it is a program.
    fn is_executable(&self, i: usize) -> bool;
    /// Data, at the time of the call.
    fn data(&self, i: usize) -> &[u8];
    /// Whether it is the vault.
    fn is_vault(&self, i: usize) -> bool;
    /// Whether it may appear nowhere in a plan: session key, session, config, this program, a writable instructions sysvar.
    fn is_protected(&self, i: usize) -> bool;
    /// Whether it is known to be a clean token account of the vault, or known not to be; `None` says: read it.
    fn known_clean(&self, _i: usize) -> Option<bool> {
        None
    }
    /// Whether it is a position key of this execute.
    fn is_position_key(&self, _i: usize) -> bool {
        false
    }
}
