//! Token and Token-2022: `Transfer` (3), `TransferChecked` (12) and `SyncNative` (17), nothing else: not
//! `WithdrawExcessLamports` (38), `UnwrapLamports` (45) or `Batch` (255), which move value by other means.

use super::instruction::{at_position, exactly, unknown, wrong_data, Typed};
use crate::accounts::Accounts;
use crate::bytes::{key_eq, u64_at, Key};
use crate::errors::ErrorCode;
use crate::layout::Asset;
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
        Some(17) if data.len() == 1 => Ok(Typed::SyncNative),
        Some(17) => Err(wrong_data(data.len())),
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

#[inline(always)]
pub(super) fn transfer<'a, A: Accounts>(
    amount: u64,
    roles: Roles,
    mint: Option<u8>,
    accounts: &'a A,
    vault: &Key,
    program: &Key,
) -> Result<Option<Visible<'a>>> {
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
    let Some(source) = clean(accounts, from, vault, program) else {
        return Err(at_position(ErrorCode::SourceNotVaults, source_position));
    };
    if let Some(mint) = mint {
        if !key_eq(accounts.key(usize::from(mint)), source.mint()) {
            return Err(at_position(ErrorCode::TypedAccountsRefused, 1));
        }
    }
    let stays = clean(accounts, to, vault, program).is_some();
    if amount == 0 || stays {
        return Ok(None);
    }
    let asset = if source.native() {
        Asset::Sol
    } else {
        Asset::Mint(source.mint())
    };
    Ok(Some(Visible { asset, amount }))
}

#[inline(always)]
pub(super) fn sync_native<'a, A: Accounts>(
    at: &[u8],
    accounts: &'a A,
    vault: &Key,
    program: &Key,
) -> Result<Option<Visible<'a>>> {
    let [account] = *exactly::<1>(at)?;
    match clean(accounts, usize::from(account), vault, program) {
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
    let (owner, data) = (accounts.owner(index), accounts.data(index));
    if TokenAccount::names(data, vault) {
        clean_of(owner, data, vault, program)
    } else {
        None
    }
}

/// A function of its own: inlined twice, it takes the registers away from what is around it.
#[inline(never)]
fn clean_of<'a>(
    owner: &Key,
    data: &'a [u8],
    vault: &Key,
    program: &Key,
) -> Option<TokenAccount<'a>> {
    TokenAccount::read(owner, data)
        .filter(|account| key_eq(owner, program) && account.is_clean(vault))
}
