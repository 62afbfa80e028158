//! Copies of the token accounts over which the vault has authority, taken before the plan and compared after each call.

use core::ops::Range;

use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    programs::{SYSTEM, TOKEN, TOKEN_2022},
    refusal::{Refusal, Result},
    token::{same_but_amount, Authority, TokenAccount},
    Key,
};

use crate::views::{data, is_same, owner};

/// As many as a transaction can lock besides the first four accounts.
pub const MAX_WATCHED: usize = 60;
/// As many as a transaction can lock.
const MAX_OUTER: usize = 64;
/// Larger token accounts are refused.
const MAX_SIZE: usize = 512;
/// Bytes for all copies: sixty plain accounts fit.
const COPIES: usize = 10 * 1024;

/// No outer index.
const NO_INDEX: u8 = u8::MAX;

/// Offset of the amount in a token account.
const AMOUNT: usize = 64;
/// The delegate with its tag, and what it may still move.
const DELEGATE: Range<usize> = 72..108;
const DELEGATED: Range<usize> = 121..129;

/// How far the vault controls a watched account.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Control {
    /// Alone: what it holds, the vault holds.
    Clean,
    /// As owner, but someone else has a say: what leaves counts, what comes doesn't.
    Dirty,
    /// As delegate or close authority only: it may not be debited.
    Foreign,
    /// As delegate, and the terms limit what may leave this wallet: debits count, nothing else may happen to it.
    Delegated,
}

impl Control {
    /// Over this account; `None` when the vault has no say.
    #[inline(always)]
    pub fn of(token: &TokenAccount, vault: &Key) -> Option<Self> {
        match token.authority_of(vault) {
            Authority::None => None,
            Authority::Clean => Some(Self::Clean),
            Authority::DebitOnly if key_eq(token.owner(), vault) => Some(Self::Dirty),
            Authority::DebitOnly => Some(Self::Foreign),
        }
    }
}

/// A watched token account.
#[derive(Clone, Copy)]
pub struct Watched {
    /// As of the last call.
    pub amount: u64,
    pub lamports: u64,
    /// As of the start of the plan; 0 for an account that joined later.
    pub start_amount: u64,
    pub start_lamports: u64,
    /// Its copy among all copies.
    at: u16,
    len: u16,
    /// Outer index.
    index: u8,
    pub control: Control,
    token_2022: bool,
    /// Slot in the ledger: its mint's; SOL's when it wraps lamports, whose amount is never counted beside them; a wallet's limit's
    /// in delegate mode.
    pub slot: u8,
}

impl Watched {
    /// Compares the account with its copy: program, size and every byte but the amount must be the same. Returns the amount.
    #[inline(always)]
    pub fn check(&self, copy: &[u8], view: &AccountView) -> Result<u64> {
        let program = if self.token_2022 { &TOKEN_2022 } else { &TOKEN };
        let after = data(view);
        let same = key_eq(owner(view), program)
            && copy.len() == after.len()
            && same_but_amount(copy, after)
            && (self.control != Control::Dirty || same_delegate(copy, after));
        match after.get(AMOUNT..).and_then(|rest| rest.first_chunk()) {
            Some(amount) if same => Ok(u64::from_le_bytes(*amount)),
            _ => Err(changed(view)),
        }
    }

    #[inline(always)]
    fn range(&self) -> Range<usize> {
        let start = usize::from(self.at);
        start..start.saturating_add(usize::from(self.len))
    }
}

/// All-zero bytes are an empty one.
pub struct TokenWatchSpace {
    /// By outer index: position in `watched` plus one, 0 when not watched.
    by_index: [u8; MAX_OUTER],
    watched: [Watched; MAX_WATCHED],
    copies: [u8; COPIES],
    copied: u16,
    count: u8,
}

impl TokenWatchSpace {
    /// All watched accounts, each with its mint.
    pub fn all(&self) -> impl Iterator<Item = (&Watched, &Key)> {
        let watched = self
            .watched
            .get(..usize::from(self.count))
            .unwrap_or_default();
        watched.iter().map(|watched| {
            let copy = self.copies.get(watched.range()).unwrap_or_default();
            (watched, copy.first_chunk().unwrap_or(&SYSTEM))
        })
    }

    /// A watched account and its copy, by position.
    #[inline(always)]
    pub fn get_mut(&mut self, position: usize) -> Option<(&mut Watched, &mut [u8])> {
        let watched = self.watched.get_mut(position)?;
        let copy = self.copies.get_mut(watched.range())?;
        Some((watched, copy))
    }

    /// Forgets an account that was closed: should another one be opened at its address, it is a new one.
    /// `each` is told the outer indices under which it was passed.
    pub fn forget(&mut self, position: usize, each: impl Fn(usize)) {
        let entry = position.saturating_add(1);
        for (index, known) in self.by_index.iter_mut().enumerate() {
            if usize::from(*known) == entry {
                *known = 0;
                each(index);
            }
        }
        if let Some(watched) = self.watched.get_mut(position) {
            watched.amount = 0;
            watched.lamports = 0;
            watched.index = NO_INDEX;
        }
    }

    /// Position of the watched account with this outer index.
    #[inline(always)]
    pub fn position(&self, index: usize) -> Option<usize> {
        self.by_index
            .get(index)
            .and_then(|entry| usize::from(*entry).checked_sub(1))
    }

    /// Whether this account is watched under another index already; then it is under this one too.
    #[inline(always)]
    pub fn is_known(&mut self, views: &[AccountView], index: usize, view: &AccountView) -> bool {
        let known = self
            .watched
            .get(..usize::from(self.count))
            .unwrap_or_default();
        let other = known.iter().find(|known| {
            views
                .get(usize::from(known.index))
                .is_some_and(|known| is_same(known, view))
        });
        let entry = other.and_then(|known| self.by_index.get(usize::from(known.index)).copied());
        if let (Some(entry), Some(place)) = (entry, self.by_index.get_mut(index)) {
            *place = entry;
        }
        entry.is_some()
    }

    /// Watches an account from now on.
    #[inline(always)]
    pub fn add(
        &mut self,
        index: usize,
        view: &AccountView,
        token: &TokenAccount,
        control: Control,
        slot: u8,
    ) -> Result<&mut Watched> {
        let bytes = data(view);
        if bytes.len() > MAX_SIZE {
            return Err(too_large(index, bytes.len()));
        }
        let at = usize::from(self.copied);
        let place = self.copies.get_mut(at..at.saturating_add(bytes.len()));
        let watched = self.watched.get_mut(usize::from(self.count));
        let entry = self.by_index.get_mut(index);
        let (Some(place), Some(watched), Some(entry)) = (place, watched, entry) else {
            return Err(too_many(index));
        };
        place.copy_from_slice(bytes);
        self.count = self.count.saturating_add(1);
        *entry = self.count;
        watched.amount = token.amount();
        watched.lamports = view.lamports();
        watched.at = self.copied;
        watched.len = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
        watched.index = u8::try_from(index).unwrap_or(u8::MAX);
        watched.control = control;
        watched.token_2022 = !key_eq(owner(view), &TOKEN);
        watched.slot = slot;
        self.copied = self.copied.saturating_add(watched.len);
        Ok(watched)
    }
}

/// Delegate and delegated amount: in an account that the vault owns, nobody may move them inside a plan.
#[inline(never)]
pub fn same_delegate(before: &[u8], after: &[u8]) -> bool {
    before.get(DELEGATE) == after.get(DELEGATE) && before.get(DELEGATED) == after.get(DELEGATED)
}

#[cold]
#[inline(never)]
pub fn changed(view: &AccountView) -> Refusal {
    let closed = view.lamports() == 0 || key_eq(owner(view), &SYSTEM);
    Refusal::new(if closed {
        ErrorCode::TokenAccountClosed
    } else {
        ErrorCode::TokenAccountChanged
    })
}

#[cold]
#[inline(never)]
fn too_large(index: usize, size: usize) -> Refusal {
    let refusal = Refusal::new(ErrorCode::TokenAccountTooLarge).outer(index);
    refusal.asked(size as u64).left(MAX_SIZE as u64)
}

#[cold]
#[inline(never)]
fn too_many(index: usize) -> Refusal {
    Refusal::new(ErrorCode::TooManyTokenAccounts)
        .outer(index)
        .left(MAX_WATCHED as u64)
}
