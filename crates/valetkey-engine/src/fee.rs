//! The fee budget: what the program may pay back to the sponsor of the terms.

use crate::errors::ErrorCode;
use crate::refusal::{Refusal, Result};

/// The fee budget of a session, in lamports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeBudget {
    /// May be paid over the session's life.
    pub total: u64,
    /// May be paid in one execute.
    pub per_execute: u64,
    /// Paid so far.
    pub paid: u64,
}

impl FeeBudget {
    /// What one more execute may ask: the lesser of both bounds.
    pub fn left(&self) -> u64 {
        self.per_execute.min(self.total.saturating_sub(self.paid))
    }

    /// What is paid in all once `asked` is. Refuses with `FeeRefused`, `asked` and `left` = what may be paid, when that is
    /// more than either bound has left.
    ///
    /// ```
    /// use valetkey_engine::fee::FeeBudget;
    /// let budget = FeeBudget { total: 100, per_execute: 10, paid: 95 };
    /// assert_eq!(budget.pay(5), Ok(100));
    /// assert_eq!(budget.pay(6).unwrap_err().left, 5);
    /// ```
    pub fn pay(&self, asked: u64) -> Result<u64> {
        let left = self.left();
        match self.paid.checked_add(asked) {
            Some(paid) if asked <= left => Ok(paid),
            _ => Err(Refusal::new(ErrorCode::FeeRefused).asked(asked).left(left)),
        }
    }
}
