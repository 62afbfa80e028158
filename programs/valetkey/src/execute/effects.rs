//! Effects before interactions: counters are written before the first call, so that whatever runs inside already sees them.

use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    layout::{counters, session, SessionView},
    plan::Plan,
    refusal::{Refusal, Result},
};

use crate::views::data_mut;

/// Where each rule of a session begins.
pub struct RuleOffsets([u16; session::MAX_RULES]);

impl RuleOffsets {
    /// Reads them, so that the view may go while counters are written.
    #[inline(always)]
    pub fn of(session: &SessionView, plan: &Plan) -> Result<Self> {
        let mut offsets = [0; session::MAX_RULES];
        for (inner, number) in plan.iter().zip(0_u8..) {
            let index = usize::from(inner.rule);
            match (session.rule_offset(inner.rule), offsets.get_mut(index)) {
                (Some(found), Some(offset)) => *offset = u16::try_from(found).unwrap_or(u16::MAX),
                _ => return Err(no_rule(number, inner.rule)),
            }
        }
        Ok(Self(offsets))
    }
}

/// Counts the use, the execute, the `once` number and one use of the rule of each inner instruction. Returns the new count of
/// executes.
///
/// # Safety
/// No slice of the session's data may be in use.
#[inline(always)]
pub unsafe fn write_effects(
    session: &AccountView,
    plan: &Plan,
    rules: &RuleOffsets,
    once: Option<(u64, u128)>,
) -> Result<u64> {
    // SAFETY: the caller's promise.
    let data = unsafe { data_mut(session) };
    counters::spend_use(data)?;
    let seq = counters::bump_seq(data)?;
    if let Some((highest, map)) = once {
        counters::set_once(data, highest, map)?;
    }
    for (inner, number) in plan.iter().zip(0_u8..) {
        let Some(offset) = rules.0.get(usize::from(inner.rule)) else {
            return Err(no_rule(number, inner.rule));
        };
        counters::spend_rule_use(data, usize::from(*offset))
            .map_err(|refusal| refusal.inner(number).rule(inner.rule))?;
    }
    Ok(seq)
}

#[cold]
fn no_rule(inner: u8, rule: u8) -> Refusal {
    Refusal::new(ErrorCode::RuleOutOfRange)
        .inner(inner)
        .rule(rule)
}
