//! Effects before interactions: counters are written before the first call, so that whatever runs inside already sees them.

use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    layout::{counters, limit, session::HEADER, SessionView},
    plan::Plan,
    refusal::{Refusal, Result},
    Key,
};

use crate::views::data_mut;

/// Where the table of rule offsets of a session lies, so that no view is needed while counters are written.
#[derive(Clone, Copy)]
pub struct RuleTable {
    start: usize,
    rules: u8,
}

impl RuleTable {
    /// Of an opened session.
    #[inline(always)]
    pub fn of(session: &SessionView) -> Self {
        let keys = session.keys().len().saturating_mul(size_of::<Key>());
        let limits = session.limits_len().saturating_mul(limit::SIZE);
        let start = HEADER.saturating_add(keys).saturating_add(limits);
        Self {
            start,
            rules: u8::try_from(session.rules_len()).unwrap_or(0),
        }
    }

    /// Where a rule begins in the session's data.
    #[inline(always)]
    fn offset(self, data: &[u8], rule: u8) -> Option<usize> {
        if rule >= self.rules {
            return None;
        }
        let at = self
            .start
            .saturating_add(usize::from(rule).saturating_mul(2));
        let offset = data.get(at..)?.first_chunk::<2>()?;
        Some(usize::from(u16::from_le_bytes(*offset)))
    }
}

/// What the effects tell.
pub struct Effects {
    /// The new count of executes.
    pub seq: u64,
    /// Whether a rule of the plan pins its program.
    pub has_pins: bool,
}

/// Counts the use, the execute, the `once` number, and for each inner instruction one use of its rule and the argument of its
/// cap.
///
/// # Safety
/// No slice of the session's data may be in use.
#[inline(always)]
pub unsafe fn write_effects(
    session: &AccountView,
    plan: &Plan,
    rules: RuleTable,
    once: Option<(u64, u128)>,
) -> Result<Effects> {
    // SAFETY: the caller's promise.
    let data = unsafe { data_mut(session) };
    counters::spend_use(data)?;
    let seq = counters::bump_seq(data)?;
    if let Some((highest, map)) = once {
        counters::set_once(data, highest, map)?;
    }
    let mut has_pins = false;
    for (inner, number) in plan.iter().zip(0_u8..) {
        match rules.offset(data, inner.rule) {
            Some(offset) => counters::spend_rule(data, offset, inner.data, &mut has_pins),
            None => Err(Refusal::new(ErrorCode::RuleOutOfRange)),
        }
        .map_err(|refusal| refusal.inner(number).rule(inner.rule))?;
    }
    Ok(Effects { seq, has_pins })
}
