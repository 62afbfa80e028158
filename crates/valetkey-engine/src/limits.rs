//! Limits: how much of one asset may leave in total, per execute and per period.

use crate::errors::ErrorCode;
use crate::refusal::{Refusal, Result};

/// One limit: its bounds and what was spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitState {
    /// May leave over the session's life.
    pub total: u64,
    /// May leave in one execute, if bounded.
    pub per_execute: Option<u64>,
    /// May leave in one period, if bounded.
    pub per_period: Option<PerPeriod>,
    /// Left so far.
    pub spent: u64,
}

/// The bound per period, with its counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerPeriod {
    /// May leave in one period.
    pub cap: u64,
    /// Seconds of a period.
    pub length: u32,
    /// Number of the period that `spent` counts.
    pub number: u64,
    /// Left in that period.
    pub spent: u64,
}

/// The counters of a limit after an execute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewCounters {
    /// Left so far.
    pub spent: u64,
    /// Number of the period, 0 without a period.
    pub period: u64,
    /// Left in that period, 0 without a period.
    pub period_spent: u64,
}

/// The number of the period that `now` lies in: `(now - starts_at) / length`, 0 before the start or without a length.
///
/// ```
/// use valetkey_engine::limits::period_number;
/// assert_eq!(period_number(199, 100, 50), 1);
/// assert_eq!(period_number(200, 100, 50), 2);
/// ```
#[inline(always)]
pub fn period_number(now: i64, starts_at: i64, length: u32) -> u64 {
    let since = if now > starts_at {
        now.abs_diff(starts_at)
    } else {
        0
    };
    since.checked_div(u64::from(length)).unwrap_or(0)
}

/// What may still leave in this execute, after `spent_in_this_execute` of it did; the least of all bounds.
pub fn remaining(limit: &LimitState, spent_in_this_execute: u64, now: i64, starts_at: i64) -> u64 {
    let total = limit
        .total
        .saturating_sub(limit.spent)
        .saturating_sub(spent_in_this_execute);
    let execute = limit
        .per_execute
        .map_or(u64::MAX, |cap| cap.saturating_sub(spent_in_this_execute));
    let period = limit.per_period.map_or(u64::MAX, |p| {
        let (_, spent) = period_now(&p, now, starts_at);
        p.cap
            .saturating_sub(spent)
            .saturating_sub(spent_in_this_execute)
    });
    total.min(execute).min(period)
}

/// Checks whether `more` may leave after `spent_in_this_execute` already did in this execute; writes nothing.
/// Refuses with `LimitTotalExceeded`, `LimitPerExecuteExceeded` or `LimitPerPeriodExceeded`, `asked` = `more`, `left` =
/// what that bound has left. Say which limit it is with [`Refusal::limit`].
#[inline(always)]
pub fn check_limit(
    limit: &LimitState,
    spent_in_this_execute: u64,
    more: u64,
    now: i64,
    starts_at: i64,
) -> Result<()> {
    let Some(amount) = spent_in_this_execute.checked_add(more) else {
        return Err(exceeded(ErrorCode::ArithmeticOverflow, more, 0));
    };
    within(
        amount,
        spent_in_this_execute,
        limit.spent,
        limit.total,
        ErrorCode::LimitTotalExceeded,
    )?;
    if let Some(cap) = limit.per_execute {
        within(
            amount,
            spent_in_this_execute,
            0,
            cap,
            ErrorCode::LimitPerExecuteExceeded,
        )?;
    }
    if let Some(period) = limit.per_period {
        let (_, spent) = period_now(&period, now, starts_at);
        let code = ErrorCode::LimitPerPeriodExceeded;
        within(amount, spent_in_this_execute, spent, period.cap, code)?;
    }
    Ok(())
}

/// What a limit has left at the start of an execute, worked out once: what the execute takes needs one comparison each time.
///
/// ```
/// use valetkey_engine::limits::{settle, Headroom, LimitState};
/// let limit = LimitState { total: 100, per_execute: Some(30), per_period: None, spent: 80 };
/// let headroom = Headroom::of(&limit, 0, 0);
/// assert_eq!(headroom.left, 20);
/// assert_eq!(Ok(headroom.count(15)), settle(&limit, 15, 0, 0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Headroom {
    /// May leave in this execute: the least of all bounds. More is refused by [`check_limit`], which says by which bound.
    pub left: u64,
    counters: NewCounters,
    has_period: bool,
}

impl Headroom {
    /// Of a limit, now.
    #[inline(always)]
    pub fn of(limit: &LimitState, now: i64, starts_at: i64) -> Self {
        let mut left = rest(limit.total, limit.spent);
        if let Some(cap) = limit.per_execute {
            left = left.min(cap);
        }
        let mut counters = NewCounters {
            spent: limit.spent,
            period: 0,
            period_spent: 0,
        };
        if let Some(period) = &limit.per_period {
            (counters.period, counters.period_spent) = period_now(period, now, starts_at);
            left = left.min(rest(period.cap, counters.period_spent));
        }
        Self {
            left,
            counters,
            has_period: limit.per_period.is_some(),
        }
    }

    /// What is left after `spent` did leave in this execute.
    #[inline(always)]
    pub fn after(&self, spent: u64) -> u64 {
        rest(self.left, spent)
    }

    /// The counters after `outflow`, which the caller has found to be at most `left`.
    #[inline(always)]
    pub fn count(&self, outflow: u64) -> NewCounters {
        let mut counters = self.counters;
        counters.spent = counters.spent.saturating_add(outflow);
        if self.has_period {
            counters.period_spent = counters.period_spent.saturating_add(outflow);
        }
        counters
    }
}

/// Counts what left in an execute that is over: checks all bounds and returns the counters to write.
/// Same refusals as [`check_limit`].
#[inline(always)]
pub fn settle(limit: &LimitState, outflow: u64, now: i64, starts_at: i64) -> Result<NewCounters> {
    check_limit(limit, 0, outflow, now, starts_at)?;
    let (period, period_spent) = match &limit.per_period {
        Some(p) => {
            let (number, spent) = period_now(p, now, starts_at);
            (number, spent.saturating_add(outflow))
        }
        None => (0, 0),
    };
    // Checked above: both sums are at most their caps.
    Ok(NewCounters {
        spent: limit.spent.saturating_add(outflow),
        period,
        period_spent,
    })
}

/// The period that counts now and what was spent in it. A clock that goes back never reopens a period.
#[inline(always)]
fn period_now(period: &PerPeriod, now: i64, starts_at: i64) -> (u64, u64) {
    let number = period_number(now, starts_at, period.length);
    if number > period.number {
        (number, 0)
    } else {
        (period.number, period.spent)
    }
}

/// What a bound has left; spelt so that it costs half of `saturating_sub` on the chain's machine.
#[inline(always)]
fn rest(cap: u64, spent: u64) -> u64 {
    cap.wrapping_sub(spent.min(cap))
}

/// `amount` (of which `before` is counted already by the caller) on top of `spent` within `cap`.
#[inline(always)]
fn within(amount: u64, before: u64, spent: u64, cap: u64, code: ErrorCode) -> Result<()> {
    match spent.checked_add(amount) {
        Some(sum) if sum <= cap => Ok(()),
        _ => {
            let left = cap.saturating_sub(spent).saturating_sub(before);
            Err(exceeded(code, amount.wrapping_sub(before), left))
        }
    }
}

#[cold]
#[inline(never)]
fn exceeded(code: ErrorCode, asked: u64, left: u64) -> Refusal {
    Refusal::new(code).asked(asked).left(left)
}
