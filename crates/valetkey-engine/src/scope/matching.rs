//! One inner instruction against the rule that it names.

use super::{data, positions};
use crate::accounts::Accounts;
use crate::bytes::{key_eq, Key};
use crate::errors::ErrorCode;
use crate::layout::rule::MODE_VAULT;
use crate::layout::{Asset, RuleView, SessionView};
use crate::plan::Inner;
use crate::refusal::{Refusal, Result};
use crate::typed::Typed;

/// What a typed instruction will take from the vault; to be checked against the limit before the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visible<'a> {
    /// Which asset.
    pub asset: Asset<'a>,
    /// How much, never 0.
    pub amount: u64,
    /// The wallet that it leaves, in delegate mode; `None` for the vault. Another source is another asset to every check.
    pub wallet: Option<&'a Key>,
}

/// An inner instruction that its rule allows.
#[derive(Clone, Copy, Debug)]
pub struct Matched<'a> {
    /// The rule.
    pub rule: RuleView<'a>,
    /// Its position in the session.
    pub rule_index: u8,
    /// What will leave, where the data says so: transfers of System, Token and Token-2022 out of the vault's holdings.
    /// `None` is no promise that nothing leaves; holdings are measured after the call.
    pub visible: Option<Visible<'a>>,
}

/// Judges the inner instruction `inner` (number `inner_index` of the plan) by the rule that it names: rule in range,
/// program, mode, exact discriminator, number of accounts, data constraints, account constraints, protected accounts, the
/// vault only where the rule or the typed decoder says so, unbound positions, typed decoder.
///
/// What the rule counts and where its program was deployed are not looked at: see [`crate::layout::counters::spend_rule`] and
/// [`crate::pin`].
/// `vault` is the session's vault. Refusals carry inner instruction and rule.
#[inline(always)]
pub fn match_inner<'a, A: Accounts>(
    session: &SessionView<'a>,
    inner: &Inner,
    accounts: &'a A,
    vault: &Key,
    inner_index: u8,
) -> Result<Matched<'a>> {
    judge(session, inner, accounts, vault)
        .map_err(|refusal| refusal.inner(inner_index).rule(inner.rule))
}

#[inline(always)]
fn judge<'a, A: Accounts>(
    session: &SessionView<'a>,
    inner: &Inner,
    accounts: &'a A,
    vault: &Key,
) -> Result<Matched<'a>> {
    let rule = session.rule(inner.rule)?;
    let program = check_program(session, &rule, inner, accounts)?;
    if rule.mode() != MODE_VAULT {
        return Err(refuse(ErrorCode::ModeMismatch));
    }
    if !begins_with(inner.data, rule.discriminator()) {
        return Err(refuse(ErrorCode::InstructionNotInScope));
    }
    let n = inner.accounts.len();
    if n < usize::from(rule.min_accounts()) || n > usize::from(rule.max_accounts()) {
        return Err(refuse(ErrorCode::AccountCountRefused)
            .asked(n as u64)
            .left(u64::from(rule.max_accounts())));
    }
    let Some(kind) = rule.kind() else {
        return Err(refuse(ErrorCode::NotASession));
    };
    let typed = Typed::decode(kind, inner.data)?;
    let constraints = data::check(session, &rule, inner.data)?;
    positions::check(
        session,
        &rule,
        constraints,
        inner,
        accounts,
        vault,
        program,
        typed,
    )?;
    let visible = match typed {
        Some(typed) => typed.judge(inner.accounts, accounts, vault, program, session)?,
        None => None,
    };
    Ok(Matched {
        rule,
        rule_index: inner.rule,
        visible,
    })
}

/// The program's address, when it is the rule's.
#[inline(always)]
fn check_program<'a, A: Accounts>(
    session: &SessionView<'a>,
    rule: &RuleView,
    inner: &Inner,
    accounts: &'a A,
) -> Result<&'a Key> {
    let index = usize::from(inner.program);
    if index >= accounts.len() {
        return Err(refuse(ErrorCode::IndexOutOfRange).outer(index));
    }
    if accounts.is_protected(index) {
        // Of the protected accounts only this program is a program.
        let code = if accounts.is_executable(index) {
            ErrorCode::SelfCall
        } else {
            ErrorCode::ForbiddenAccount
        };
        return Err(refuse(code).outer(index));
    }
    let program = accounts.key(index);
    match session.key(rule.program()) {
        Some(allowed) if key_eq(allowed, program) => Ok(program),
        _ => Err(refuse(ErrorCode::ProgramNotInScope).outer(index)),
    }
}

/// Whether instruction data begins with a discriminator of 1, 4 or 8 bytes.
#[inline(always)]
pub(super) fn begins_with(data: &[u8], discriminator: &[u8]) -> bool {
    if let Some(eight) = discriminator.first_chunk::<8>() {
        return data
            .first_chunk::<8>()
            .is_some_and(|d| u64::from_le_bytes(*d) == u64::from_le_bytes(*eight));
    }
    if let Some(four) = discriminator.first_chunk::<4>() {
        return data
            .first_chunk::<4>()
            .is_some_and(|d| u32::from_le_bytes(*d) == u32::from_le_bytes(*four));
    }
    match (data.first(), discriminator.first()) {
        (Some(d), Some(one)) => d == one,
        _ => false,
    }
}

#[cold]
#[inline(never)]
fn refuse(code: ErrorCode) -> Refusal {
    Refusal::new(code)
}
