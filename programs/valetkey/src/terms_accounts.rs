//! The accounts that a grant passes for its terms: keys given by account, and mints.

use core::cell::Ref;

use anchor_lang::prelude::*;
use valetkey_engine::{key_eq, terms::TermsAccounts, Key};

/// The remaining accounts after the owners. Only addresses are copied into a session; of mints, facts.
pub struct PassedAccounts<'a> {
    accounts: Vec<Passed<'a>>,
}

struct Passed<'a> {
    key: &'a Key,
    owner: &'a Key,
    data: Ref<'a, [u8]>,
}

impl<'a> PassedAccounts<'a> {
    /// Borrows the data of all of them.
    pub fn of(infos: &'a [AccountInfo<'_>]) -> Result<Self> {
        let mut accounts = Vec::with_capacity(infos.len());
        for info in infos {
            let data = Ref::map(info.try_borrow_data()?, |data| &**data);
            accounts.push(Passed {
                key: info.key.as_array(),
                owner: info.owner.as_array(),
                data,
            });
        }
        Ok(Self { accounts })
    }
}

impl TermsAccounts for PassedAccounts<'_> {
    fn key(&self, i: usize) -> Option<&Key> {
        self.accounts.get(i).map(|account| account.key)
    }

    fn mint(&self, key: &Key) -> Option<(&Key, &[u8])> {
        let account = self
            .accounts
            .iter()
            .find(|account| key_eq(account.key, key))?;
        Some((account.owner, &account.data))
    }
}
