//! Stake program: `DelegateStake` (2) and `Deactivate` (5) by the vault as staker, nothing else: neither `Authorize`,
//! `Withdraw`, `Split`, `Merge` nor any move of lamports. The rule binds the stake account, and where it may be delegated to.

use super::instruction::{at_position, exactly, unknown, wrong_data, Typed};
use crate::accounts::Accounts;
use crate::errors::ErrorCode;
use crate::refusal::Result;
use crate::scope::Visible;

#[inline(always)]
pub(super) fn decode(data: &[u8]) -> Result<Typed> {
    let Some(discriminator) = data.first_chunk::<4>() else {
        return Err(unknown());
    };
    let typed = match u32::from_le_bytes(*discriminator) {
        2 => Typed::DelegateStake,
        5 => Typed::DeactivateStake,
        _ => return Err(unknown()),
    };
    if data.len() == 4 {
        Ok(typed)
    } else {
        Err(wrong_data(data.len()))
    }
}

/// Stake, vote, clock, stake history, config, authority.
pub(super) fn delegate<'a, A: Accounts>(at: &[u8], accounts: &'a A) -> Result<Option<Visible<'a>>> {
    let [.., authority] = *exactly::<6>(at)?;
    signed_by_vault(authority, 5, accounts)
}

/// Stake, clock, authority.
pub(super) fn deactivate<'a, A: Accounts>(
    at: &[u8],
    accounts: &'a A,
) -> Result<Option<Visible<'a>>> {
    let [.., authority] = *exactly::<3>(at)?;
    signed_by_vault(authority, 2, accounts)
}

fn signed_by_vault<'a, A: Accounts>(
    authority: u8,
    position: usize,
    accounts: &'a A,
) -> Result<Option<Visible<'a>>> {
    if accounts.is_vault(usize::from(authority)) {
        Ok(None)
    } else {
        Err(at_position(ErrorCode::TypedAccountsRefused, position))
    }
}
