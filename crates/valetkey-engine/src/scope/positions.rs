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
    let may_be_unbound = typed.is_some() || rule.flags() & flags::UNBOUND != 0;
    let mut vault_positions = typed.map_or(0, |typed| typed.vault_positions());
    let mut next = step(&mut constraints)?;
    for (at, outer) in inner.accounts.iter().enumerate() {
        let outer = usize::from(*outer);
        if outer >= accounts.len() {
            return Err(refuse(ErrorCode::IndexOutOfRange, at));
        }
        if accounts.is_protected(outer) {
            return Err(refuse(ErrorCode::ForbiddenAccount, at));
        }
        match next {
            Some(constraint) if usize::from(constraint.position) == at => {
                check_constraint(session, &constraint, accounts, outer, vault, program)
                    .map_err(|code| refuse(code, at))?;
                next = step(&mut constraints)?;
            }
            _ => {
                if accounts.is_vault(outer) {
                    if vault_positions & 1 == 0 {
                        return Err(refuse(ErrorCode::VaultNotAllowed, at));
                    }
                } else if !may_be_unbound
                    && (accounts.is_writable(outer) || accounts.is_executable(outer))
                    && !is_clean(accounts, outer, vault, NO_KEY, session)
                {
                    return Err(refuse(ErrorCode::UnboundPosition, at));
                }
            }
        }
        vault_positions >>= 1;
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

#[inline(always)]
fn step<'a>(constraints: &mut AccountConstraints<'a>) -> Result<Option<AccountConstraint<'a>>> {
    constraints
        .step()
        .map_err(|()| Refusal::new(ErrorCode::NotASession))
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
            let wallet = session.key(*wallet);
            TokenAccount::read(accounts.owner(outer), accounts.data(outer)).is_some_and(|account| {
                wallet.is_some_and(|wallet| key_eq(account.owner(), wallet))
                    && is_mint(&account, *mint, session)
            })
        }
        (position::PROGRAM_OWNED, []) => {
            let owner = accounts.owner(outer);
            key_eq(owner, program) && ![SYSTEM, TOKEN, TOKEN_2022].iter().any(|p| key_eq(p, owner))
        }
        (position::ANY, []) => true,
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
#[inline(always)]
fn is_clean<A: Accounts>(
    accounts: &A,
    outer: usize,
    vault: &Key,
    mint: u8,
    session: &SessionView,
) -> bool {
    TokenAccount::read(accounts.owner(outer), accounts.data(outer))
        .is_some_and(|account| account.is_clean(vault) && is_mint(&account, mint, session))
}

#[inline(always)]
fn is_mint(account: &TokenAccount, mint: u8, session: &SessionView) -> bool {
    mint == NO_KEY
        || session
            .key(mint)
            .is_some_and(|key| key_eq(key, account.mint()))
}

#[cold]
#[inline(never)]
fn refuse(code: ErrorCode, at: usize) -> Refusal {
    Refusal::new(code).position(at)
}
