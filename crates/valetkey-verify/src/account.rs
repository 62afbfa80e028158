//! Accounts, as the check sees them.

pub use valetkey_engine::scope::{Data, NativeAccount as Account};

/// The three accounts by which a session is recognised. They may be any accounts that the caller passed: each is checked.
#[derive(Clone, Copy, Debug)]
pub struct SessionAccounts<'a, D> {
    /// Must be the key that the session names, and have signed.
    pub session_key: Account<'a, D>,
    /// The session, owned by the Valetkey program; writable where uses are counted.
    pub session: Account<'a, D>,
    /// The vault config that the session names, owned by the Valetkey program.
    pub config: Account<'a, D>,
}
