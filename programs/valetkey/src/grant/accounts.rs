//! The accounts that a grant passes for its terms: keys given by account, and mints.

use pinocchio::AccountView;
use valetkey_engine::{key_eq, terms::TermsAccounts, Key};

use crate::views::{data, key, owner};

/// The accounts after the owners. Only addresses are copied into a session; of mints, facts.
pub struct PassedAccounts<'a>(pub &'a [AccountView]);

impl TermsAccounts for PassedAccounts<'_> {
    #[inline(always)]
    fn key(&self, i: usize) -> Option<&Key> {
        self.0.get(i).map(key)
    }

    #[inline(always)]
    fn mint(&self, mint: &Key) -> Option<(&Key, &[u8])> {
        let view = self.0.iter().find(|view| key_eq(key(view), mint))?;
        Some((owner(view), data(view)))
    }
}
