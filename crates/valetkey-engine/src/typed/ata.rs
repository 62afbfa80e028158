//! Associated Token Account program: `CreateIdempotent` (1) at the vault's cost, nothing else. The rule binds the wallet;
//! the rent counts as SOL that leaves unless the new account is the vault's own.

use super::instruction::{at_position, exactly, unknown, wrong_data, Typed};
use crate::accounts::Accounts;
use crate::bytes::key_eq;
use crate::errors::ErrorCode;
use crate::programs::{SYSTEM, TOKEN, TOKEN_2022};
use crate::refusal::Result;
use crate::scope::Visible;

#[inline(always)]
pub(super) fn decode(data: &[u8]) -> Result<Typed> {
    match data {
        [1] => Ok(Typed::CreateAssociated),
        [1, ..] => Err(wrong_data(data.len())),
        _ => Err(unknown()),
    }
}

#[inline(always)]
pub(super) fn create<'a, A: Accounts>(at: &[u8], accounts: &'a A) -> Result<Option<Visible<'a>>> {
    let [payer, _account, _wallet, _mint, system, token] = *exactly::<6>(at)?;
    if !accounts.is_vault(usize::from(payer)) {
        return Err(at_position(ErrorCode::TypedAccountsRefused, 0));
    }
    if !key_eq(accounts.key(usize::from(system)), &SYSTEM) {
        return Err(at_position(ErrorCode::TypedAccountsRefused, 4));
    }
    // Another program there would become the owner of what the vault pays for.
    let token = accounts.key(usize::from(token));
    if !key_eq(token, &TOKEN) && !key_eq(token, &TOKEN_2022) {
        return Err(at_position(ErrorCode::TypedAccountsRefused, 5));
    }
    Ok(None)
}
