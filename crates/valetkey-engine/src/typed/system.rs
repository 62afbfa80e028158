//! System program: `Transfer` (2) out of the vault, nothing else.

use super::instruction::{at_position, exactly, unknown, wrong_data, Typed};
use crate::accounts::Accounts;
use crate::bytes::Key;
use crate::errors::ErrorCode;
use crate::layout::Asset;
use crate::refusal::Result;
use crate::scope::Visible;
use crate::token::TokenAccount;

#[inline(always)]
pub(super) fn decode(data: &[u8]) -> Result<Typed> {
    let Some((discriminator, rest)) = data.split_first_chunk::<4>() else {
        return Err(unknown());
    };
    if u32::from_le_bytes(*discriminator) != 2 {
        return Err(unknown());
    }
    match rest.first_chunk::<8>() {
        Some(amount) if rest.len() == 8 => Ok(Typed::SystemTransfer {
            amount: u64::from_le_bytes(*amount),
        }),
        _ => Err(wrong_data(data.len())),
    }
}

#[inline(always)]
pub(super) fn transfer<'a, A: Accounts>(
    amount: u64,
    at: &[u8],
    accounts: &'a A,
    vault: &Key,
) -> Result<Option<Visible<'a>>> {
    let [from, to] = *exactly::<2>(at)?;
    let (from, to) = (usize::from(from), usize::from(to));
    if !accounts.is_vault(from) {
        return Err(at_position(ErrorCode::SourceNotVaults, 0));
    }
    if accounts.is_vault(to) {
        return Err(at_position(ErrorCode::SelfTransfer, 1));
    }
    // Lamports of a clean account are still the vault's: wrapping takes nothing.
    let stays = TokenAccount::clean_at(accounts, to, vault).is_some();
    Ok((amount > 0 && !stays).then_some(Visible {
        asset: Asset::Sol,
        amount,
        wallet: None,
    }))
}
