//! Effects before interactions: counters are written before the first call, so that whatever runs inside already sees them.

use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    layout::{counters, SessionView},
    plan::Plan,
    refusal::{Refusal, Result},
};

use super::guards::Demands;
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
        Self {
            // Behind the last limit. (Saturating arithmetic costs ten times as much here, and an opened session is short.)
            start: session.limit_offset(session.limits_len()),
            rules: u8::try_from(session.rules_len()).unwrap_or(0),
        }
    }

    /// Where a rule begins in the session's data.
    #[inline(always)]
    fn offset(self, data: &[u8], rule: u8) -> Option<usize> {
        if rule >= self.rules {
            return None;
        }
        let at = self.start.wrapping_add(usize::from(rule).wrapping_mul(2));
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

/// Counts the use, the execute, the `once` number, the fee, and for each inner instruction one use of its rule and the argument
/// of its cap.
///
/// # Safety
/// No slice of the session's data may be in use.
#[inline(always)]
pub unsafe fn write_effects(
    session: &AccountView,
    plan: &Plan,
    rules: RuleTable,
    demands: Option<&Demands>,
) -> Result<Effects> {
    // SAFETY: the caller's promise.
    let data = unsafe { data_mut(session) };
    counters::spend_use(data)?;
    let seq = counters::bump_seq(data)?;
    if let Some(demands) = demands {
        write_demands(data, demands)?;
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

#[inline(never)]
fn write_demands(data: &mut [u8], demands: &Demands) -> Result<()> {
    if let Some((highest, map)) = demands.once {
        counters::set_once(data, highest, map)?;
    }
    match &demands.payment {
        Some(payment) => counters::set_fee_paid(data, payment.paid),
        None => Ok(()),
    }
}
