//! Token and Token-2022: `Transfer` (3), `CloseAccount` (9), `TransferChecked` (12) and `SyncNative` (17), nothing else: not
//! `WithdrawExcessLamports` (38), `UnwrapLamports` (45) or `Batch` (255), which move value by other means.

use super::instruction::{at_position, exactly, unknown, wrong_data, Typed};
use crate::accounts::Accounts;
use crate::bytes::{key_eq, u64_at, Key};
use crate::delegate::is_delegated;
use crate::errors::ErrorCode;
use crate::layout::session::flags;
use crate::layout::{Asset, SessionView};
use crate::mint::HOOK_EXTENSION;
use crate::programs::TOKEN_2022;
use crate::refusal::Result;
use crate::scope::Visible;
use crate::token::TokenAccount;

#[inline(always)]
pub(super) fn decode(data: &[u8]) -> Result<Typed> {
    match data.first() {
        Some(3) => match data.first_chunk::<9>() {
            Some(bytes) if data.len() == 9 => Ok(Typed::TokenTransfer {
                amount: u64_at::<1, 9>(bytes),
            }),
            _ => Err(wrong_data(data.len())),
        },
        Some(12) => match data.first_chunk::<9>() {
            Some(bytes) if data.len() == 10 => Ok(Typed::TokenTransferChecked {
                amount: u64_at::<1, 9>(bytes),
            }),
            _ => Err(wrong_data(data.len())),
        },
        Some(9) if data.len() == 1 => Ok(Typed::CloseAccount),
        Some(17) if data.len() == 1 => Ok(Typed::SyncNative),
        Some(9 | 17) => Err(wrong_data(data.len())),
        _ => Err(unknown()),
    }
}

/// Outer indices; where a refusal names the position, that too.
#[derive(Clone, Copy)]
pub(super) struct Roles {
    pub source: (usize, u8),
    pub destination: u8,
    pub authority: (usize, u8),
}

/// What an instruction is judged by.
#[derive(Clone, Copy)]
pub(super) struct Ground<'g, 'a, A> {
    pub accounts: &'a A,
    pub vault: &'g Key,
    pub program: &'g Key,
    pub session: &'g SessionView<'a>,
}

#[inline(always)]
pub(super) fn transfer<'a, A: Accounts>(
    amount: u64,
    roles: Roles,
    mint: Option<u8>,
    ground: &Ground<'_, 'a, A>,
) -> Result<Option<Visible<'a>>> {
    let Ground {
        accounts,
        vault,
        program,
        session,
    } = *ground;
    let (source_position, source) = roles.source;
    let (authority_position, authority) = roles.authority;
    if !accounts.is_vault(usize::from(authority)) {
        return Err(at_position(
            ErrorCode::TypedAccountsRefused,
            authority_position,
        ));
    }
    let (from, to) = (usize::from(source), usize::from(roles.destination));
    if from == to || key_eq(accounts.key(from), accounts.key(to)) {
        return Err(at_position(ErrorCode::SelfTransfer, source_position));
    }
    let (source, wallet) = match clean(accounts, from, vault, program) {
        Some(source) => (source, None),
        None => match delegated(
            accounts.owner(from),
            accounts.data(from),
            program,
            vault,
            *session,
        ) {
            Some(source) => (source, Some(source.owner())),
            None => return Err(at_position(ErrorCode::SourceNotVaults, source_position)),
        },
    };
    if let Some(mint) = mint {
        if !key_eq(accounts.key(usize::from(mint)), source.mint()) {
            return Err(at_position(ErrorCode::TypedAccountsRefused, 1));
        }
    }
    // What goes to the vault has left the wallet all the same.
    let stays = wallet.is_none() && clean(accounts, to, vault, program).is_some();
    if amount == 0 || stays {
        return Ok(None);
    }
    Ok(Some(Visible {
        asset: asset_of(&source),
        amount,
        wallet,
    }))
}

/// The accounts of `TransferChecked` without those of a transfer hook, where the terms allow hooks.
#[inline(always)]
pub(super) fn without_hook<'i, A: Accounts>(at: &'i [u8], ground: &Ground<A>) -> &'i [u8] {
    match at.first_chunk::<4>() {
        Some(own) if at.len() > 4 && may_have_hook(ground) => own,
        _ => at,
    }
}

#[inline(always)]
fn may_have_hook<A: Accounts>(ground: &Ground<A>) -> bool {
    key_eq(ground.program, &TOKEN_2022) && ground.session.extensions() & HOOK_EXTENSION != 0
}

#[inline(always)]
pub(super) fn close<'a, A: Accounts>(
    at: &[u8],
    ground: &Ground<'_, 'a, A>,
) -> Result<Option<Visible<'a>>> {
    let [account, destination, authority] = *exactly::<3>(at)?;
    let Ground {
        accounts,
        vault,
        program,
        session,
    } = *ground;
    if session.flags() & flags::CLOSES == 0 {
        return Err(unknown());
    }
    for (position, outer) in [(1, destination), (2, authority)] {
        if !accounts.is_vault(usize::from(outer)) {
            return Err(at_position(ErrorCode::TypedAccountsRefused, position));
        }
    }
    match clean(accounts, usize::from(account), vault, program) {
        Some(account) if account.amount() == 0 || account.native() => Ok(None),
        Some(_) => Err(at_position(ErrorCode::TypedAccountsRefused, 0)),
        None => Err(at_position(ErrorCode::SourceNotVaults, 0)),
    }
}

#[inline(always)]
pub(super) fn sync_native<'a, A: Accounts>(
    at: &[u8],
    ground: &Ground<'_, 'a, A>,
) -> Result<Option<Visible<'a>>> {
    let [account] = *exactly::<1>(at)?;
    let account = usize::from(account);
    match clean(ground.accounts, account, ground.vault, ground.program) {
        Some(account) if account.native() => Ok(None),
        _ => Err(at_position(ErrorCode::SourceNotVaults, 0)),
    }
}

/// The account, when it is a clean account of the vault under this token program.
#[inline(always)]
fn clean<'a, A: Accounts>(
    accounts: &'a A,
    index: usize,
    vault: &Key,
    program: &Key,
) -> Option<TokenAccount<'a>> {
    TokenAccount::clean_at(accounts, index, vault)
        .filter(|_| key_eq(accounts.owner(index), program))
}

/// The account, when it is a wallet's under this token program, the vault is its delegate, and the session has a limit for what
/// leaves that wallet.
#[cold]
#[inline(never)]
fn delegated<'a>(
    owner: &Key,
    data: &'a [u8],
    program: &Key,
    vault: &Key,
    session: SessionView,
) -> Option<TokenAccount<'a>> {
    let account = TokenAccount::read(owner, data).filter(|_| key_eq(owner, program))?;
    let wallet = account.owner();
    let limit = session.limit_of_wallet(asset_of(&account), wallet);
    (limit.is_some() && is_delegated(&account, wallet, vault)).then_some(account)
}

fn asset_of<'a>(account: &TokenAccount<'a>) -> Asset<'a> {
    if account.native() {
        Asset::Sol
    } else {
        Asset::Mint(account.mint())
    }
}
