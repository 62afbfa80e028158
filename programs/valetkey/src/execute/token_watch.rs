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
const COPIES: usize = 12 * 1024;

/// Offset of the amount in a token account.
const AMOUNT: usize = 64;

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
}

/// A watched token account.
#[derive(Clone, Copy)]
pub struct Watched {
    /// Its copy in the arena.
    at: u16,
    len: u16,
    /// Outer index.
    pub index: u8,
    pub control: Control,
    pub token_2022: bool,
    /// Its amount wraps lamports and is never counted beside them.
    pub native: bool,
    /// Slot of its mint in the ledger.
    pub slot: u8,
    /// As of the last call.
    pub amount: u64,
    pub lamports: u64,
    /// As of the start of the plan; 0 for an account that joined later.
    pub start_amount: u64,
    pub start_lamports: u64,
}

impl Watched {
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
    count: u8,
    copies: [u8; COPIES],
    copied: u16,
}

/// What became of an account that was looked at.
pub enum Seen {
    /// Not a token account that the vault has a hold on, or watched already.
    Nothing,
    /// Watched from now on, at this position.
    Added(usize),
}

impl TokenWatchSpace {
    /// All watched accounts.
    #[inline(always)]
    pub fn all(&self) -> &[Watched] {
        self.watched
            .get(..usize::from(self.count))
            .unwrap_or_default()
    }

    /// The watched account at a position.
    #[inline(always)]
    pub fn get_mut(&mut self, position: usize) -> Option<&mut Watched> {
        self.watched.get_mut(position)
    }

    /// The mint of a watched account.
    #[inline(always)]
    pub fn mint(&self, watched: &Watched) -> &Key {
        self.copies
            .get(usize::from(watched.at)..)
            .and_then(|copy| copy.first_chunk())
            .unwrap_or(&SYSTEM)
    }

    /// Position of the watched account with this outer index.
    #[inline(always)]
    pub fn position(&self, index: usize) -> Option<usize> {
        self.by_index
            .get(index)
            .and_then(|entry| usize::from(*entry).checked_sub(1))
    }

    /// Watches an account if the vault has authority over it. An account that was passed twice is watched once.
    #[inline(always)]
    pub fn consider(&mut self, views: &[AccountView], index: usize, vault: &Key) -> Result<Seen> {
        let Some(view) = views.get(index) else {
            return Ok(Seen::Nothing);
        };
        let Some(token) = TokenAccount::read(owner(view), data(view)) else {
            return Ok(Seen::Nothing);
        };
        let control = match token.authority_of(vault) {
            Authority::None => return Ok(Seen::Nothing),
            Authority::Clean => Control::Clean,
            Authority::DebitOnly if key_eq(token.owner(), vault) => Control::Dirty,
            Authority::DebitOnly => Control::Foreign,
        };
        let count = self.count;
        let again = self.all().iter().position(|known| {
            views
                .get(usize::from(known.index))
                .is_some_and(|known| is_same(known, view))
        });
        let position = again.unwrap_or(usize::from(count));
        let Some(entry) = self.by_index.get_mut(index) else {
            return Err(too_many(index));
        };
        *entry = u8::try_from(position).unwrap_or(u8::MAX).saturating_add(1);
        if again.is_some() {
            return Ok(Seen::Nothing);
        }
        self.copy(view, index, control, &token)?;
        Ok(Seen::Added(position))
    }

    #[inline(always)]
    fn copy(
        &mut self,
        view: &AccountView,
        index: usize,
        control: Control,
        token: &TokenAccount,
    ) -> Result<()> {
        let bytes = data(view);
        if bytes.len() > MAX_SIZE {
            let refusal = Refusal::new(ErrorCode::TokenAccountTooLarge).outer(index);
            return Err(refusal.asked(bytes.len() as u64).left(MAX_SIZE as u64));
        }
        let at = usize::from(self.copied);
        let place = self
            .copies
            .get_mut(at..)
            .and_then(|free| free.get_mut(..bytes.len()));
        let (Some(place), Some(watched)) = (place, self.watched.get_mut(usize::from(self.count)))
        else {
            return Err(too_many(index));
        };
        place.copy_from_slice(bytes);
        *watched = Watched {
            at: self.copied,
            len: u16::try_from(bytes.len()).unwrap_or(u16::MAX),
            index: u8::try_from(index).unwrap_or(u8::MAX),
            control,
            token_2022: key_eq(owner(view), &TOKEN_2022),
            native: token.native(),
            slot: 0,
            amount: token.amount(),
            lamports: view.lamports(),
            start_amount: 0,
            start_lamports: 0,
        };
        self.count = self.count.saturating_add(1);
        // Eight-byte steps keep the copies aligned for comparing words.
        let next = at.saturating_add(bytes.len()).next_multiple_of(8);
        self.copied = u16::try_from(next).unwrap_or(u16::MAX);
        Ok(())
    }

    /// Compares a watched account with its copy: program, size and every byte but the amount must be the same. Returns the
    /// amount.
    #[inline(always)]
    pub fn check(&self, watched: &Watched, view: &AccountView) -> Result<u64> {
        let program = if watched.token_2022 {
            &TOKEN_2022
        } else {
            &TOKEN
        };
        let before = self.copies.get(watched.range()).unwrap_or_default();
        let after = data(view);
        let same = key_eq(owner(view), program)
            && before.len() == after.len()
            && same_but_amount(before, after);
        match after.get(AMOUNT..).and_then(|rest| rest.first_chunk()) {
            Some(amount) if same => Ok(u64::from_le_bytes(*amount)),
            _ => Err(changed(view)),
        }
    }
}

#[cold]
#[inline(never)]
fn changed(view: &AccountView) -> Refusal {
    let closed = view.lamports() == 0 || key_eq(owner(view), &SYSTEM);
    Refusal::new(if closed {
        ErrorCode::TokenAccountClosed
    } else {
        ErrorCode::TokenAccountChanged
    })
}

#[cold]
#[inline(never)]
fn too_many(index: usize) -> Refusal {
    Refusal::new(ErrorCode::TooManyTokenAccounts)
        .outer(index)
        .left(MAX_WATCHED as u64)
}
