//! Account constraints: which account may stand at which position of an inner instruction.

use crate::accounts::Accounts;
use crate::bytes::{key_eq, Key};
use crate::errors::ErrorCode;
use crate::layout::rule::{flags, position, AccountConstraint};
use crate::layout::{AccountConstraints, RuleView, SessionView, NO_KEY};
use crate::plan::Inner;
use crate::programs::{SYSTEM, TOKEN, TOKEN_2022};
use crate::refusal::{Refusal, Result};
use crate::token::TokenAccount;
use crate::typed::Typed;

/// Walks accounts and constraints side by side (constraints have strictly rising positions).
#[inline(always)]
#[allow(
    clippy::too_many_arguments,
    reason = "one call, inlined into the hot path"
)]
pub(super) fn check<A: Accounts>(
    session: &SessionView,
    rule: &RuleView,
    mut constraints: AccountConstraints,
    inner: &Inner,
    accounts: &A,
    vault: &Key,
    program: &Key,
    typed: Option<Typed>,
) -> Result<()> {
    // From this position on, what may be written or run must be constrained.
    let bound_from = match typed {
        Some(typed) => typed.own_accounts(),
        None if rule.flags() & flags::UNBOUND != 0 => usize::MAX,
        None => 0,
    };
    let mut vault_positions = typed.map_or(0, |typed| typed.vault_positions());
    for (at, outer) in inner.accounts.iter().enumerate() {
        let outer = usize::from(*outer);
        if outer >= accounts.len() {
            return Err(refuse(ErrorCode::IndexOutOfRange, at));
        }
        if accounts.is_protected(outer) {
            return Err(refuse(ErrorCode::ForbiddenAccount, at));
        }
        match constraints.take_at(at).map_err(unreadable)? {
            Some(constraint) => {
                check_constraint(session, &constraint, accounts, outer, vault, program)
                    .map_err(|code| refuse(code, at))?;
            }
            None => {
                if accounts.is_vault(outer) {
                    if vault_positions & 1 == 0 {
                        return Err(refuse(ErrorCode::VaultNotAllowed, at));
                    }
                } else if at >= bound_from
                    && (accounts.is_writable(outer) || accounts.is_executable(outer))
                    && (typed.is_some() || !is_clean(accounts, outer, vault, NO_KEY, session))
                {
                    return Err(refuse(ErrorCode::UnboundPosition, at));
                }
            }
        }
        vault_positions >>= 1;
    }
    match constraints.step().map_err(unreadable)? {
        // A constraint on an account that wasn't passed is broken.
        Some(constraint) => Err(refuse(
            ErrorCode::AccountConstraintFailed,
            usize::from(constraint.position),
        )),
        None => Ok(()),
    }
}

#[inline(always)]
fn check_constraint<A: Accounts>(
    session: &SessionView,
    constraint: &AccountConstraint,
    accounts: &A,
    outer: usize,
    vault: &Key,
    program: &Key,
) -> core::result::Result<(), ErrorCode> {
    if accounts.is_vault(outer) {
        return match constraint.kind {
            position::VAULT => Ok(()),
            _ => Err(ErrorCode::VaultNotAllowed),
        };
    }
    let is_key = |index: &u8| {
        session
            .key(*index)
            .is_some_and(|key| key_eq(key, accounts.key(outer)))
    };
    let holds = match (constraint.kind, constraint.payload) {
        (position::KEY, [index]) => is_key(index),
        (position::SET, indices) => indices.iter().any(is_key),
        (position::VAULT_TOKEN, [mint]) => is_clean(accounts, outer, vault, *mint, session),
        (position::OWNER_TOKEN, [wallet, mint]) => {
            match (session.key(*wallet), wanted_mint(*mint, session)) {
                (Some(wallet), Some(mint)) => {
                    is_token_of(accounts.owner(outer), accounts.data(outer), wallet, mint)
                }
                _ => false,
            }
        }
        (position::PROGRAM_OWNED, []) => is_program_owned(accounts.owner(outer), program),
        (position::ANY, []) => true,
        (position::POSITION_KEY, _) => {
            return if accounts.is_position_key(outer) {
                Ok(())
            } else {
                Err(ErrorCode::PositionKeyRefused)
            };
        }
        _ => false,
    };
    if holds {
        Ok(())
    } else {
        Err(ErrorCode::AccountConstraintFailed)
    }
}

/// Whether this is a clean account of the vault, of this mint (key index) or of any (255).
#[inline(always)]
fn is_clean<A: Accounts>(
    accounts: &A,
    outer: usize,
    vault: &Key,
    mint: u8,
    session: &SessionView,
) -> bool {
    let Some(account) = TokenAccount::clean_at(accounts, outer, vault) else {
        return false;
    };
    mint == NO_KEY
        || session
            .key(mint)
            .is_some_and(|mint| key_eq(mint, account.mint()))
}

/// The mint that a key index names, `Some(None)` for any (255); `None` for an index that names no key.
#[inline(always)]
fn wanted_mint<'a>(mint: u8, session: &SessionView<'a>) -> Option<Option<&'a Key>> {
    if mint == NO_KEY {
        return Some(None);
    }
    session.key(mint).map(Some)
}

// These are functions of their own: inlined into the walk, they take the registers away from it.

#[inline(never)]
fn is_token_of(owner: &Key, data: &[u8], wallet: &Key, mint: Option<&Key>) -> bool {
    TokenAccount::read(owner, data).is_some_and(|account| {
        key_eq(account.owner(), wallet) && mint.is_none_or(|mint| key_eq(mint, account.mint()))
    })
}

#[inline(never)]
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
