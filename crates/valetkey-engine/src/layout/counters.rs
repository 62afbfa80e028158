//! The fields of a session that change: functions on the account's bytes, for a session that was opened before.
//!
//! Each refuses with `NotASession` when the bytes are too short, which an opened session never is.

use super::session::{offset, HEADER, MAX_KEYS, MAX_LIMITS};
use super::{limit, rule};
use crate::bytes::{i64_at, put, u32_at, u64_at, u8_at};
use crate::caps::argument;
use crate::errors::ErrorCode;
use crate::limits::NewCounters;
use crate::refusal::{Refusal, Result};

/// Counts one use of the session. Refuses with `UsesSpent`, `asked` = 1, `left` = 0.
#[inline(always)]
pub fn spend_use(data: &mut [u8]) -> Result<()> {
    let header = header(data)?;
    let flags = u8_at::<{ offset::FLAGS }, HEADER>(header);
    let allowed = u32_at::<{ offset::USES_ALLOWED }, HEADER>(header);
    let spent = u32_at::<{ offset::USES_SPENT }, HEADER>(header);
    let unlimited = flags & super::session::flags::UNLIMITED_USES != 0;
    if !unlimited && spent >= allowed {
        return Err(Refusal::new(ErrorCode::UsesSpent).asked(1));
    }
    // Unlimited uses stop counting at the end of the type instead of ending there.
    let more = u32::from(spent != u32::MAX);
    write(
        header,
        offset::USES_SPENT,
        &spent.wrapping_add(more).to_le_bytes(),
    )
}

/// Counts one execute; returns the new count.
#[inline(always)]
pub fn bump_seq(data: &mut [u8]) -> Result<u64> {
    let header = header(data)?;
    let Some(seq) = u64_at::<{ offset::SEQ }, HEADER>(header).checked_add(1) else {
        return Err(Refusal::new(ErrorCode::ArithmeticOverflow));
    };
    write(header, offset::SEQ, &seq.to_le_bytes())?;
    Ok(seq)
}

/// Writes the state of the `once` numbers, as [`crate::once::accept`] returned it.
#[inline(always)]
pub fn set_once(data: &mut [u8], high: u64, map: u128) -> Result<()> {
    let header = header(data)?;
    write(header, offset::ONCE, &high.to_le_bytes())?;
    write(header, offset::ONCE_MAP, &map.to_le_bytes())
}

/// Marks the session as revoked.
pub fn set_revoked(data: &mut [u8]) -> Result<()> {
    let header = header(data)?;
    let flags = u8_at::<{ offset::FLAGS }, HEADER>(header) | super::session::flags::REVOKED;
    write(header, offset::FLAGS, &[flags])
}

/// Keeps the account at least until `deadline` has passed: the later of it and the stored grant deadline is kept.
pub fn raise_grant_deadline(data: &mut [u8], deadline: i64) -> Result<()> {
    let header = header(data)?;
    let stored = i64_at::<{ offset::GRANT_DEADLINE }, HEADER>(header);
    write(
        header,
        offset::GRANT_DEADLINE,
        &stored.max(deadline).to_le_bytes(),
    )
}

/// Writes the counters of a limit, as [`crate::limits::settle`] returned them.
#[inline(always)]
pub fn set_limit(data: &mut [u8], index: usize, counters: &NewCounters) -> Result<()> {
    let header = header(data)?;
    let keys = usize::from(u8_at::<{ offset::KEYS }, HEADER>(header)).min(MAX_KEYS);
    let limits = usize::from(u8_at::<{ offset::LIMITS }, HEADER>(header)).min(MAX_LIMITS);
    if index >= limits {
        return Err(not_a_session());
    }
    // At most 320 + 32 * 32 + 8 * 56.
    let at = HEADER
        .wrapping_add(keys.wrapping_mul(32))
        .wrapping_add(index.wrapping_mul(limit::SIZE));
    set_limit_at(data, at, counters)
}

/// Writes the counters of the limit that begins at the byte `at` of the account, see [`super::SessionView::limit_offset`].
#[inline(always)]
pub fn set_limit_at(data: &mut [u8], at: usize, counters: &NewCounters) -> Result<()> {
    let Some(bytes) = data
        .get_mut(at..)
        .and_then(|rest| rest.first_chunk_mut::<{ limit::SIZE }>())
    else {
        return Err(not_a_session());
    };
    write(bytes, limit::offset::SPENT, &counters.spent.to_le_bytes())?;
    write(bytes, limit::offset::PERIOD, &counters.period.to_le_bytes())?;
    write(
        bytes,
        limit::offset::PERIOD_SPENT,
        &counters.period_spent.to_le_bytes(),
    )
}

/// Counts what a rule counts before its instruction runs: one use, and the argument of its cap in the instruction's data. `at`
/// is where the rule begins ([`super::SessionView::rule_offset`]). Refuses with `RuleUsesSpent` or `ArgumentCapExceeded`.
/// Sets `has_pins` where the rule pins its program.
#[inline(always)]
pub fn spend_rule(data: &mut [u8], at: usize, args: &[u8], has_pins: &mut bool) -> Result<()> {
    let head = data
        .get(at..)
        .and_then(|rest| rest.first_chunk::<{ rule::HEAD }>());
    let Some(head) = head else {
        return Err(not_a_session());
    };
    let flags = u8_at::<4, { rule::HEAD }>(head);
    if flags & (rule::flags::USES | rule::flags::CAP | rule::flags::PINNED) == 0 {
        return Ok(());
    }
    *has_pins |= flags & rule::flags::PINNED != 0;
    spend_rule_use(data, at)?;
    if flags & rule::flags::CAP != 0 {
        spend_argument(data, at, args)?;
    }
    Ok(())
}

/// Adds the argument of a rule's cap, as it stands in an instruction's data, to what the cap has spent. Refuses with
/// `ArgumentCapExceeded`, `asked` = the argument (0 when it isn't there), `left` = what the cap has left.
#[inline(never)]
fn spend_argument(data: &mut [u8], at: usize, args: &[u8]) -> Result<()> {
    let cap = data
        .get(at..)
        .and_then(super::RuleView::read)
        .and_then(|rule| rule.cap());
    let Some(cap) = cap else {
        return Err(not_a_session());
    };
    match argument(cap.offset, cap.kind, args) {
        Some(value) => spend_cap(data, at, value),
        None => {
            Err(Refusal::new(ErrorCode::ArgumentCapExceeded)
                .left(cap.total.saturating_sub(cap.spent)))
        }
    }
}

/// Writes what the fee budget has paid in all, as [`crate::fee::FeeBudget::pay`] returned it.
pub fn set_fee_paid(data: &mut [u8], paid: u64) -> Result<()> {
    write(header(data)?, offset::FEE_PAID, &paid.to_le_bytes())
}

/// Counts one use of a rule, if it has uses of its own. `at` is where the rule begins
/// ([`super::SessionView::rule_offset`]). Refuses with `RuleUsesSpent`, `asked` = 1, `left` = 0.
#[inline(always)]
pub fn spend_rule_use(data: &mut [u8], at: usize) -> Result<()> {
    let Some(bytes) = data.get_mut(at..) else {
        return Err(not_a_session());
    };
    let Some(head) = bytes.first_chunk::<{ rule::HEAD }>() else {
        return Err(not_a_session());
    };
    if u8_at::<4, { rule::HEAD }>(head) & rule::flags::USES == 0 {
        return Ok(());
    }
    let uses = rule::HEAD.wrapping_add(usize::from(u8_at::<8, { rule::HEAD }>(head)));
    let Some(uses) = bytes
        .get_mut(uses..)
        .and_then(|rest| rest.first_chunk_mut::<8>())
    else {
        return Err(not_a_session());
    };
    let (allowed, spent) = (u32_at::<0, 8>(uses), u32_at::<4, 8>(uses));
    if spent >= allowed {
        return Err(Refusal::new(ErrorCode::RuleUsesSpent).asked(1));
    }
    write(uses, 4, &spent.saturating_add(1).to_le_bytes())
}

/// Adds `value` to the spend of a rule's cap. `at` is where the rule begins ([`super::SessionView::rule_offset`]). Refuses
/// with `ArgumentCapExceeded`, `asked` = `value`, `left` = what the cap has left, and `NotASession` for a rule without one.
pub fn spend_cap(data: &mut [u8], at: usize, value: u64) -> Result<()> {
    let Some(bytes) = data.get_mut(at..) else {
        return Err(not_a_session());
    };
    let Some(rule) = super::RuleView::read(bytes) else {
        return Err(not_a_session());
    };
    let (Some(cap), Some(spent_at)) = (rule.cap(), rule.cap_spent_at()) else {
        return Err(not_a_session());
    };
    match cap.spent.checked_add(value) {
        Some(spent) if spent <= cap.total => write(bytes, spent_at, &spent.to_le_bytes()),
        _ => Err(Refusal::new(ErrorCode::ArgumentCapExceeded)
            .asked(value)
            .left(cap.total.saturating_sub(cap.spent))),
    }
}

#[inline(always)]
fn header(data: &mut [u8]) -> Result<&mut [u8; HEADER]> {
    data.first_chunk_mut::<HEADER>().ok_or_else(not_a_session)
}

#[inline(always)]
fn write<const N: usize>(bytes: &mut [u8], at: usize, value: &[u8; N]) -> Result<()> {
    put(bytes, at, value).ok_or_else(not_a_session)
}

#[cold]
#[inline(never)]
fn not_a_session() -> Refusal {
    Refusal::new(ErrorCode::NotASession)
}
