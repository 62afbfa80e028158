use core::cell::Cell;

use pinocchio::{account::RuntimeAccount, AccountView};
use valetkey_engine::{accounts::Accounts, key_eq, plan::PositionKey, Key};

use crate::{nonce::INSTRUCTIONS_SYSVAR, views};

/// The watch has begun; the session key, account 0, is no token account.
const WATCHING: u64 = 1;

/// The accounts of an `execute`: 0 session key, 1 session, 2 config, 3 vault, 4… the rest.
#[derive(Clone, Copy)]
pub struct Outer<'a> {
    pub views: &'a [AccountView],
    pub session_key: &'a AccountView,
    pub session: &'a AccountView,
    pub config: &'a AccountView,
    pub vault: &'a AccountView,
    /// The position keys of the plan, four bytes each as it lists them; checked before the plan begins.
    pub position_keys: &'a [[u8; 4]],
    /// Bit i: account i is a clean token account of the vault, and is watched so that it stays one. Bit 0: the watch has begun.
    clean: &'a Cell<u64>,
    /// Where the runtime keeps the vault, and the last one of the three before it.
    vault_at: *const RuntimeAccount,
    last_protected_at: *const RuntimeAccount,
}

impl<'a> Outer<'a> {
    /// Names the first four; `clean` holds 0 at first. `None` when there are fewer.
    #[inline(always)]
    pub fn new(views: &'a [AccountView], clean: &'a Cell<u64>) -> Option<Self> {
        let [session_key, session, config, vault, ..] = views else {
            return None;
        };
        Some(Self {
            views,
            session_key,
            session,
            config,
            vault,
            position_keys: &[],
            clean,
            vault_at: vault.account_ptr(),
            last_protected_at: session_key
                .account_ptr()
                .max(session.account_ptr())
                .max(config.account_ptr()),
        })
    }
}

impl Outer<'_> {
    /// From now on each writable account is known to be clean or not.
    #[inline(always)]
    pub fn begin_watch(&self) {
        self.clean.set(WATCHING);
    }

    /// Whether account `index`, which is writable, is a clean token account.
    #[inline(always)]
    pub fn set_clean(&self, index: usize, is_clean: bool) {
        let bit = bit_of(index);
        let others = self.clean.get() & !bit;
        self.clean.set(if is_clean { others | bit } else { others });
    }
}

#[inline(always)]
fn bit_of(index: usize) -> u64 {
    // There are at most 64 accounts.
    1_u64.wrapping_shl(u32::try_from(index).unwrap_or(0))
}

impl Accounts for Outer<'_> {
    #[inline(always)]
    fn len(&self) -> usize {
        self.views.len()
    }

    #[inline(always)]
    fn key(&self, i: usize) -> &Key {
        self.views.get(i).map_or(&[0; 32], views::key)
    }

    #[inline(always)]
    fn owner(&self, i: usize) -> &Key {
        self.views.get(i).map_or(&[0; 32], views::owner)
    }

    #[inline(always)]
    fn is_writable(&self, i: usize) -> bool {
        self.views.get(i).is_some_and(AccountView::is_writable)
    }

    #[inline(always)]
    fn is_executable(&self, i: usize) -> bool {
        self.views.get(i).is_some_and(AccountView::executable)
    }

    #[inline(always)]
    fn data(&self, i: usize) -> &[u8] {
        self.views.get(i).map_or(&[], views::data)
    }

    #[inline(always)]
    fn is_vault(&self, i: usize) -> bool {
        self.views
            .get(i)
            .is_some_and(|view| core::ptr::eq(view.account_ptr(), self.vault_at))
    }

    /// What can't be written can't change either, and is read where it stands.
    #[inline(always)]
    fn known_clean(&self, i: usize) -> Option<bool> {
        let clean = self.clean.get();
        (clean & WATCHING != 0 && self.is_writable(i)).then(|| clean & bit_of(i) != 0)
    }

    #[inline(always)]
    fn is_position_key(&self, i: usize) -> bool {
        is_listed(self.position_keys, i)
    }

    /// The same account may have been passed again under another index: accounts are compared, not indices. The runtime lays
    /// them out in the order in which they were first passed, so that the first three lie before all others.
    #[inline(always)]
    fn is_protected(&self, i: usize) -> bool {
        let Some(view) = self.views.get(i) else {
            return true;
        };
        view.account_ptr() <= self.last_protected_at
            || (view.executable() && key_eq(views::key(view), crate::ID.as_array()))
            || (view.is_writable() && key_eq(views::key(view), &INSTRUCTIONS_SYSVAR))
    }
}

#[inline(never)]
fn is_listed(position_keys: &[[u8; 4]], i: usize) -> bool {
    let mut keys = position_keys.iter().map(PositionKey::read);
    keys.any(|key| usize::from(key.account) == i)
}
