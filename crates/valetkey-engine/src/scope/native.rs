//! A game's own instruction against the native rules of a session.

use core::cell::RefCell;

use super::data;
use super::matching::begins_with;
use crate::bytes::{key_eq, u8_at, Key};
use crate::caps;
use crate::errors::ErrorCode;
use crate::layout::rule::{flags, position, AccountConstraint, Cap, HEAD, MODE_NATIVE};
use crate::layout::{AccountConstraints, RuleView, SessionView, NO_KEY};
use crate::programs::{SYSTEM, TOKEN, TOKEN_2022};
use crate::refusal::{Refusal, Result};
use crate::token::TokenAccount;

/// Something that holds an account's data and lends it for a moment.
///
/// Plain slices do, and what Anchor's `AccountInfo` holds (`&*info.data`). For other accounts it is written once; the first
/// page of `valetkey-verify` shows it for pinocchio.
///
/// ```
/// use valetkey_engine::scope::Data;
/// assert_eq!((&[1_u8, 2, 3][..]).read(|data| data.len()), Some(3));
/// ```
pub trait Data {
    /// What `read` says of the data as they are now; `None` when somebody is writing them.
    fn read<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Option<R>;
}

impl Data for &[u8] {
    #[inline(always)]
    fn read<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        Some(read(self))
    }
}

impl Data for &RefCell<&mut [u8]> {
    #[inline(always)]
    fn read<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        self.try_borrow().ok().map(|data| read(&data))
    }
}

/// An account of a game's own instruction, whatever the program is built with.
#[derive(Clone, Copy, Debug)]
pub struct NativeAccount<'a, D> {
    /// Address.
    pub key: &'a Key,
    /// Owner program.
    pub owner: &'a Key,
    /// Lends the data.
    pub data: D,
    /// Whether it signed.
    pub is_signer: bool,
    /// Whether the instruction may write it.
    pub is_writable: bool,
    /// Whether it is a program.
    pub executable: bool,
}

/// The instruction of a game's own program.
#[derive(Clone, Copy, Debug)]
pub struct NativeCall<'c, 'a, D> {
    /// The program.
    pub program: &'c Key,
    /// The instruction's data, discriminator first.
    pub data: &'c [u8],
    /// The instruction's accounts, by position.
    pub accounts: &'c [NativeAccount<'a, D>],
    /// Accounts that were checked already and that no rule must bind: session key, session, config, this program.
    pub own: [&'c Key; 4],
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
#[inline(never)]
pub fn match_native<D: Data>(session: &SessionView, call: &NativeCall<D>) -> Result<NativeMatch> {
    if !session.has_unlimited_uses() {
        if !call.counts {
            return Err(Refusal::new(ErrorCode::ConsumeRequired));
        }
        if session.uses_spent() >= session.uses_allowed() {
            return Err(Refusal::new(ErrorCode::UsesSpent).asked(1));
        }
    }
    let mut at = 0u8;
    while usize::from(at) < session.rules_len() {
        if names(session, at, call) {
            if let Ok(argument) = judge(session, at, call) {
                return Ok(NativeMatch { rule: at, argument });
            }
        }
        at = at.wrapping_add(1);
    }
    Err(explain(session, call))
}

/// Whether a rule is a native one that begins as the instruction does: a first look, by the rule's head alone.
#[inline(always)]
fn names<D>(session: &SessionView, at: u8, call: &NativeCall<D>) -> bool {
    let Some((head, rest)) = session
        .rule_bytes(at)
        .and_then(|bytes| bytes.split_first_chunk::<HEAD>())
    else {
        return false;
    };
    // Discriminators have at least one byte.
    rest.first() == call.data.first()
        && u8_at::<1, HEAD>(head) == MODE_NATIVE
        && session
            .key(u8_at::<0, HEAD>(head))
            .is_some_and(|program| key_eq(program, call.program))
}

/// Why no rule allows the instruction.
#[cold]
#[inline(never)]
fn explain<D: Data>(session: &SessionView, call: &NativeCall<D>) -> Refusal {
    let mut nearest = ErrorCode::ProgramNotInScope;
    let mut at = 0u8;
    while usize::from(at) < session.rules_len() {
        let code = match session.rule(at) {
            Err(refusal) => return refusal,
            Ok(rule) => match session.key(rule.program()) {
                Some(program) if key_eq(program, call.program) => {
                    if rule.mode() != MODE_NATIVE {
                        ErrorCode::ModeMismatch
                    } else if let Err(refusal) = judge(session, at, call) {
                        if refusal.code != ErrorCode::InstructionNotInScope.code() {
                            return refusal.rule(at);
                        }
                        ErrorCode::InstructionNotInScope
                    } else {
                        ErrorCode::InstructionNotInScope
                    }
                }
                _ => ErrorCode::ProgramNotInScope,
            },
        };
        nearest = match (nearest, code) {
            (ErrorCode::ProgramNotInScope, code) => code,
            (_, ErrorCode::InstructionNotInScope) => code,
            (nearest, _) => nearest,
        };
        at = at.wrapping_add(1);
    }
    Refusal::new(nearest)
}

/// Judges the instruction by one rule; the value of its capped argument.
#[inline(never)]
fn judge<D: Data>(session: &SessionView, at: u8, call: &NativeCall<D>) -> Result<u64> {
    let rule = &session.rule(at)?;
    if !begins_with(call.data, rule.discriminator()) {
        return Err(Refusal::new(ErrorCode::InstructionNotInScope));
    }
    let n = call.accounts.len();
    if n < usize::from(rule.min_accounts()) || n > usize::from(rule.max_accounts()) {
        return Err(Refusal::new(ErrorCode::AccountCountRefused)
            .asked(n as u64)
            .left(u64::from(rule.max_accounts())));
    }
    let constraints = data::check(session, rule, call.data)?;
    check_positions(session, rule, constraints, call)?;
    counted(rule, call)
}

/// Walks accounts and constraints side by side, as the scope of `execute` does.
#[inline(never)]
fn check_positions<D: Data>(
    session: &SessionView,
    rule: &RuleView,
    mut constraints: AccountConstraints,
    call: &NativeCall<D>,
) -> Result<()> {
    let mut next = constraints.step().map_err(unreadable)?;
    for (at, account) in call.accounts.iter().enumerate() {
        match next {
            Some(constraint) if usize::from(constraint.position) == at => {
                check_bound(session, &constraint, account, call.program)
                    .map_err(|code| refuse(code, at))?;
                next = constraints.step().map_err(unreadable)?;
            }
            _ => {
                if account.is_writable | account.executable || key_eq(account.key, session.vault())
                {
                    check_free(session, rule, account, call).map_err(|code| refuse(code, at))?;
                }
            }
        }
    }
    match next {
        // A constraint on an account that wasn't passed is broken.
        Some(constraint) => Err(refuse(
            ErrorCode::AccountConstraintFailed,
            usize::from(constraint.position),
        )),
        None => Ok(()),
    }
}

/// Checks an account that the rule doesn't name, and that is the vault, writable, or a program.
#[inline(never)]
fn check_free<D: Data>(
    session: &SessionView,
    rule: &RuleView,
    account: &NativeAccount<D>,
    call: &NativeCall<D>,
) -> core::result::Result<(), ErrorCode> {
    if key_eq(account.key, session.vault()) {
        return Err(ErrorCode::VaultNotAllowed);
    }
    let allowed = rule.flags() & flags::UNBOUND != 0
        || call.own.iter().any(|own| key_eq(own, account.key))
        || is_clean(session, account, NO_KEY);
    if allowed {
        Ok(())
    } else {
        Err(ErrorCode::UnboundPosition)
    }
}

/// Checks an account by its constraint.
#[inline(never)]
fn check_bound<D: Data>(
    session: &SessionView,
    constraint: &AccountConstraint,
    account: &NativeAccount<D>,
    program: &Key,
) -> core::result::Result<(), ErrorCode> {
    if key_eq(account.key, session.vault()) {
        return match constraint.kind {
            position::VAULT => Ok(()),
            _ => Err(ErrorCode::VaultNotAllowed),
        };
    }
    let is_key = |index: &u8| {
        session
            .key(*index)
            .is_some_and(|key| key_eq(key, account.key))
    };
    let holds = match (constraint.kind, constraint.payload) {
        (position::KEY, [index]) => is_key(index),
        (position::PROGRAM_OWNED, []) => is_program_owned(account.owner, program),
        (position::SET, indices) => indices.iter().any(is_key),
        (position::ANY, []) => true,
        (position::VAULT_TOKEN, [mint]) => is_clean(session, account, *mint),
        (position::OWNER_TOKEN, [wallet, mint]) => session
            .key(*wallet)
            .is_some_and(|wallet| is_token_of(session, account, wallet, *mint)),
        (position::POSITION_KEY, _) => return Err(ErrorCode::PositionKeyRefused),
        _ => false,
    };
    if holds {
        Ok(())
    } else {
        Err(ErrorCode::AccountConstraintFailed)
    }
}

/// Whether this is a clean account of the vault, of this mint (key index) or of any (255).
#[inline(never)]
fn is_clean<D: Data>(session: &SessionView, account: &NativeAccount<D>, mint: u8) -> bool {
    is_token(session, account, mint, |token| {
        token.is_clean(session.vault())
    })
}

/// Whether this is a token account of the wallet, of this mint (key index) or of any (255).
#[inline(never)]
fn is_token_of<D: Data>(
    session: &SessionView,
    account: &NativeAccount<D>,
    wallet: &Key,
    mint: u8,
) -> bool {
    is_token(session, account, mint, |token| {
        key_eq(token.owner(), wallet)
    })
}

fn is_token<D: Data>(
    session: &SessionView,
    account: &NativeAccount<D>,
    mint: u8,
    is: impl FnOnce(&TokenAccount) -> bool,
) -> bool {
    let wanted = session.key(mint);
    if wanted.is_none() && mint != NO_KEY {
        return false;
    }
    let found = account.data.read(|data| {
        TokenAccount::read(account.owner, data)
            .is_some_and(|token| is(&token) && wanted.is_none_or(|mint| key_eq(mint, token.mint())))
    });
    found == Some(true)
}

#[inline(always)]
fn is_program_owned(owner: &Key, program: &Key) -> bool {
    key_eq(owner, program) && ![SYSTEM, TOKEN, TOKEN_2022].iter().any(|p| key_eq(p, owner))
}

#[cold]
#[inline(never)]
fn unreadable((): ()) -> Refusal {
    Refusal::new(ErrorCode::NotASession)
}

#[cold]
#[inline(never)]
fn refuse(code: ErrorCode, at: usize) -> Refusal {
    Refusal::new(code).position(at)
}

/// What the rule counts of its own, when that is allowed: the value of its capped argument.
#[inline(always)]
fn counted<D>(rule: &RuleView, call: &NativeCall<D>) -> Result<u64> {
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
