//! Accounts, as the check sees them.

use core::ops::Deref;

use valetkey_engine::Key;

/// An account of the instruction, whatever the program is built with.
///
/// `D` is what borrows the data: a plain slice, Anchor's `Ref<&mut [u8]>` (`info.try_borrow_data()`), or pinocchio's
/// `Ref<[u8]>` (`view.try_borrow()`). The crate's first page shows both.
///
/// ```
/// let account = valetkey_verify::Account {
///     key: &[1; 32],
///     owner: &[0; 32],
///     data: &[] as &[u8],
///     is_signer: true,
///     is_writable: false,
///     executable: false,
/// };
/// assert!(account.is_signer);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Account<'a, D> {
    /// Address.
    pub key: &'a Key,
    /// Owner program.
    pub owner: &'a Key,
    /// Borrow of the data.
    pub data: D,
    /// Whether it signed.
    pub is_signer: bool,
    /// Whether the instruction may write it.
    pub is_writable: bool,
    /// Whether it is a program.
    pub executable: bool,
}

impl<D> Account<'_, D>
where
    D: Deref,
    D::Target: AsRef<[u8]>,
{
    /// The data.
    #[inline(always)]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.data.deref().as_ref()
    }
}

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
