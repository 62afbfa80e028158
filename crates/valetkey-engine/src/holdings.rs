//! Holdings: what one inner instruction did to one asset, summed over accounts first.
//!
//! For SOL the amounts are lamports of the vault and of its clean accounts (a wrapped amount is inside its account's
//! lamports); for a mint, the amounts of its clean accounts. An account that the vault controls only in part is *debit
//! only*: report its decrease with [`Delta::decrease`] and never its increase.

use crate::errors::ErrorCode;
use crate::refusal::{Refusal, Result};

/// What changed in one asset during one inner instruction. Exact, or refused:
/// a sum beyond `u64` makes both results `ArithmeticOverflow` (a mint's supply never gets there).
///
/// ```
/// use valetkey_engine::holdings::Delta;
/// let mut delta = Delta::default();
/// delta.change(100, 40);
/// delta.change(0, 60);
/// assert_eq!((delta.outflow(), delta.inflow()), (Ok(0), Ok(0)));
/// delta.decrease(5);
/// assert_eq!(delta.outflow(), Ok(5));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    decreased: u64,
    increased: u64,
    debit_only: u64,
    overflowed: bool,
}

impl Delta {
    /// A clean account (or the vault) holds `amount` less than before.
    #[inline(always)]
    pub fn decrease(&mut self, amount: u64) {
        if add(&mut self.decreased, amount) {
            self.overflowed = true;
        }
    }

    /// A clean account (or the vault) holds `amount` more than before.
    #[inline(always)]
    pub fn increase(&mut self, amount: u64) {
        if add(&mut self.increased, amount) {
            self.overflowed = true;
        }
    }

    /// A clean account (or the vault) held `before` and holds `after`.
    #[inline(always)]
    pub fn change(&mut self, before: u64, after: u64) {
        if before == after {
            return;
        }
        if after < before {
            self.decrease(before.wrapping_sub(after));
        } else {
            self.increase(after.wrapping_sub(before));
        }
    }

    /// A debit-only account holds `amount` less than before: outflow whatever else came in.
    #[inline(always)]
    pub fn decrease_debit_only(&mut self, amount: u64) {
        if add(&mut self.debit_only, amount) {
            self.overflowed = true;
        }
    }

    /// What left: `max(0, before - after)`, and each decrease of a debit-only account.
    /// Refuses with `ArithmeticOverflow` when that doesn't fit a `u64`.
    #[inline(always)]
    pub fn outflow(&self) -> Result<u64> {
        if self.decreased | self.debit_only == 0 && !self.overflowed {
            return Ok(0);
        }
        let net = if self.increased < self.decreased {
            self.decreased.wrapping_sub(self.increased)
        } else {
            0
        };
        let outflow = net.wrapping_add(self.debit_only);
        if self.overflowed || outflow < net {
            return Err(overflow());
        }
        Ok(outflow)
    }

    /// What came: `max(0, after - before)` over clean accounts, less what left debit-only accounts: the vault's own money
    /// meets no floor.
    /// Refuses with `ArithmeticOverflow` when a sum didn't fit a `u64`.
    #[inline(always)]
    pub fn inflow(&self) -> Result<u64> {
        if self.overflowed {
            return Err(overflow());
        }
        Ok(self
            .increased
            .saturating_sub(self.decreased)
            .saturating_sub(self.debit_only))
    }
}

/// Adds to a sum; returns whether that left the type.
#[inline(always)]
fn add(sum: &mut u64, amount: u64) -> bool {
    // Compared by hand: the target has no carry, and its code for `overflowing_add` is twice as long.
    let next = sum.wrapping_add(amount);
    *sum = next;
    next < amount
}

#[cold]
#[inline(never)]
fn overflow() -> Refusal {
    Refusal::new(ErrorCode::ArithmeticOverflow)
}
