//! The accounts of the game's instruction, as the engine's scope reads them.

use core::ops::Deref;

use valetkey_engine::{accounts::Accounts, key_eq, layout::SessionView, Key};

use crate::account::Account;

/// Stands where no account is; the engine asks for existing positions only.
const NO_KEY: Key = [0; 32];

/// The instruction's accounts. Those of the session and the Valetkey program itself are checked by `verify`, so that no rule
/// has to name them: they count as neither writable nor executable.
pub(crate) struct Positions<'p, 'a, D> {
    pub accounts: &'p [Account<'a, D>],
    pub session: &'p SessionView<'p>,
    pub session_address: &'p Key,
    pub valetkey: &'p Key,
}

impl<'p, 'a, D> Positions<'p, 'a, D> {
    #[inline(always)]
    fn get(&self, i: usize) -> Option<&'p Account<'a, D>> {
        self.accounts.get(i)
    }

    fn is_of_session(&self, key: &Key) -> bool {
        [
            self.session.session_key(),
            self.session_address,
            self.session.config(),
            self.valetkey,
        ]
        .iter()
        .any(|known| key_eq(known, key))
    }
}

impl<D> Accounts for Positions<'_, '_, D>
where
    D: Deref,
    D::Target: AsRef<[u8]>,
{
    #[inline(always)]
    fn len(&self) -> usize {
        self.accounts.len()
    }

    #[inline(always)]
    fn key(&self, i: usize) -> &Key {
        self.get(i).map_or(&NO_KEY, |account| account.key)
    }

    #[inline(always)]
    fn owner(&self, i: usize) -> &Key {
        self.get(i).map_or(&NO_KEY, |account| account.owner)
    }

    #[inline(always)]
    fn is_writable(&self, i: usize) -> bool {
        self.get(i)
            .is_some_and(|account| account.is_writable && !self.is_of_session(account.key))
    }

    #[inline(always)]
    fn is_executable(&self, i: usize) -> bool {
        self.get(i)
            .is_some_and(|account| account.executable && !self.is_of_session(account.key))
    }

    #[inline(always)]
    fn data(&self, i: usize) -> &[u8] {
        self.get(i).map_or(&[], Account::bytes)
    }

    #[inline(always)]
    fn is_vault(&self, i: usize) -> bool {
        key_eq(self.key(i), self.session.vault())
    }

    /// Never: nothing here is called, and nobody signs but who signed the game's instruction.
    #[inline(always)]
    fn is_protected(&self, _: usize) -> bool {
        false
    }
}
