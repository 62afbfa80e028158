//! A game's own instruction against the native rules of a session.

use super::matching::begins_with;
use super::{data, positions};
use crate::accounts::Accounts;
use crate::bytes::{key_eq, Key};
use crate::caps;
use crate::errors::ErrorCode;
use crate::layout::rule::{Cap, MODE_NATIVE};
use crate::layout::{RuleView, SessionView};
use crate::plan::Inner;
use crate::refusal::{Refusal, Result};

/// The instruction of a game's own program.
#[derive(Clone, Copy, Debug)]
pub struct NativeCall<'c, A> {
    /// The program.
    pub program: &'c Key,
    /// The instruction's data, discriminator first.
    pub data: &'c [u8],
    /// The instruction's accounts, by position. None of them is protected: session key, session and config are
    /// answered as neither writable nor executable instead.
    pub accounts: &'c A,
    /// Whether a use will be counted by `consume`.
    pub counts: bool,
}

/// A native rule that allows an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NativeMatch {
    /// The rule's position in the session.
    pub rule: u8,
    /// The value of the argument that the rule caps; 0 without a cap.
    pub argument: u64,
}

/// Finds a native rule of the program that allows the instruction: discriminator, number of accounts, data constraints,
/// account constraints, the vault only where the rule says so, unbound positions.
///
/// Several rules for one instruction are a union. With `counts`, a rule whose uses are spent or whose cap hasn't enough
/// left is passed over; without, one that counts anything is, since nobody would count it.
///
/// Refuses with `UsesSpent` or, for counted terms without `counts`, `ConsumeRequired`; with what the first rule of this
/// instruction has against it; else with `InstructionNotInScope`, `ModeMismatch` (vault rules only), or `ProgramNotInScope`.
#[inline(always)]
pub fn match_native<A: Accounts>(
    session: &SessionView,
    call: &NativeCall<A>,
) -> Result<NativeMatch> {
    if !session.has_unlimited_uses() {
        if !call.counts {
            return Err(Refusal::new(ErrorCode::ConsumeRequired));
        }
        if session.uses_spent() >= session.uses_allowed() {
            return Err(Refusal::new(ErrorCode::UsesSpent).asked(1));
        }
    }
    let mut nearest = ErrorCode::ProgramNotInScope;
    let mut refusal = None;
    let mut at = 0u8;
    while usize::from(at) < session.rules_len() {
        let rule = session.rule(at)?;
        match applies(session, &rule, call) {
            Ok(()) => match judge(session, &rule, at, call) {
                Ok(argument) => return Ok(NativeMatch { rule: at, argument }),
                Err(found) => refusal = refusal.or(Some(found.rule(at))),
            },
            Err(code) => nearest = nearer(nearest, code),
        }
        at = at.wrapping_add(1);
    }
    Err(refusal.unwrap_or_else(|| Refusal::new(nearest)))
}

/// Whether the rule is a native one for this instruction.
#[inline(always)]
fn applies<A>(
    session: &SessionView,
    rule: &RuleView,
    call: &NativeCall<A>,
) -> core::result::Result<(), ErrorCode> {
    match session.key(rule.program()) {
        Some(program) if key_eq(program, call.program) => {}
        _ => return Err(ErrorCode::ProgramNotInScope),
    }
    if rule.mode() != MODE_NATIVE {
        return Err(ErrorCode::ModeMismatch);
    }
    if !begins_with(call.data, rule.discriminator()) {
        return Err(ErrorCode::InstructionNotInScope);
    }
    Ok(())
}

/// Which of two codes says more about why nothing applied.
#[cold]
fn nearer(one: ErrorCode, other: ErrorCode) -> ErrorCode {
    match (one, other) {
        (ErrorCode::ProgramNotInScope, other) => other,
        (_, ErrorCode::InstructionNotInScope) => other,
        _ => one,
    }
}

/// Positions of an instruction's accounts, as lists of plans hold them.
const POSITIONS: [u8; 256] = {
    let mut all = [0; 256];
    let mut i = 0u8;
    while i < 255 {
        i = i.wrapping_add(1);
        let (_, rest) = all.split_at_mut(i as usize);
        if let [first, ..] = rest {
            *first = i;
        }
    }
    all
};

/// Judges the instruction by one rule; the value of its capped argument.
#[inline(always)]
fn judge<A: Accounts>(
    session: &SessionView,
    rule: &RuleView,
    at: u8,
    call: &NativeCall<A>,
) -> Result<u64> {
    let n = call.accounts.len();
    if n < usize::from(rule.min_accounts()) || n > usize::from(rule.max_accounts()) {
        return Err(Refusal::new(ErrorCode::AccountCountRefused)
            .asked(n as u64)
            .left(u64::from(rule.max_accounts())));
    }
    let constraints = data::check(session, rule, call.data)?;
    let inner = Inner {
        rule: at,
        program: 0,
        accounts: POSITIONS.get(..n).unwrap_or(&[]),
        data: call.data,
    };
    positions::check(
        session,
        rule,
        constraints,
        &inner,
        call.accounts,
        session.vault(),
        call.program,
        None,
    )?;
    counted(rule, call)
}

/// What the rule counts of its own, when that is allowed: the value of its capped argument.
#[inline(always)]
fn counted<A>(rule: &RuleView, call: &NativeCall<A>) -> Result<u64> {
    let (uses, cap) = (rule.uses(), rule.cap());
    if !call.counts {
        return match (uses, cap) {
            (None, None) => Ok(0),
            _ => Err(Refusal::new(ErrorCode::ConsumeRequired)),
        };
    }
    if uses.is_some_and(|uses| uses.spent >= uses.allowed) {
        return Err(Refusal::new(ErrorCode::RuleUsesSpent).asked(1));
    }
    match cap {
        Some(cap) => capped(&cap, call.data),
        None => Ok(0),
    }
}

/// The argument's value, when the cap has so much left. A missing argument is refused as one that is too large.
fn capped(cap: &Cap, data: &[u8]) -> Result<u64> {
    let left = cap.total.saturating_sub(cap.spent);
    match caps::argument(cap.offset, cap.kind, data) {
        Some(value) if value <= left => Ok(value),
        value => Err(Refusal::new(ErrorCode::ArgumentCapExceeded)
            .asked(value.unwrap_or(0))
            .left(left)),
    }
}
