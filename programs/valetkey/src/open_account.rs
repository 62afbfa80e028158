//! Opens accounts of the program at addresses that anyone may have sent lamports to.

use anchor_lang::prelude::*;
use pinocchio::{
    cpi::{invoke_signed_unchecked, CpiAccount, Seed, Signer},
    instruction::{InstructionAccount, InstructionView},
    AccountView, Address,
};
use valetkey_engine::{programs::SYSTEM, refusal::Result as Checked};

use crate::{refuse::refuse, runtime::rent, views::data_mut};

/// System instructions, by number.
const CREATE_ACCOUNT: u32 = 0;
const ASSIGN: u32 = 1;
const TRANSFER: u32 = 2;
const ALLOCATE: u32 = 8;

/// [`open_view`] for Anchor's handlers.
pub fn open_account<'info, const SEEDS: usize>(
    payer: &AccountInfo<'info>,
    account: &AccountInfo<'info>,
    seeds: &[&[u8]; SEEDS],
    size: usize,
) -> Result<&'info mut [u8]> {
    // SAFETY: both infos come from the runtime's input, as all infos of an instruction do.
    let (payer, account) = unsafe { (view_of(payer), view_of(account)) };
    let data = open_view(&payer, &account, seeds, size).map_err(refuse)?;
    // SAFETY: the data lie in the runtime's input, as the info does; Anchor's info still says length 0.
    Ok(unsafe { core::slice::from_raw_parts_mut(data.as_mut_ptr(), data.len()) })
}

/// Gives `account` `size` zeroed bytes, this program as owner and the rent it needs; returns its data.
///
/// System's `CreateAccount` fails on an address that holds lamports, so that a stranger's gift of one lamport would keep a
/// session from being granted; such an address is topped up, allocated and assigned instead.
#[allow(
    clippy::mut_from_ref,
    reason = "views are handles to memory of the runtime"
)]
pub fn open_view<'a, const SEEDS: usize>(
    payer: &AccountView,
    account: &'a AccountView,
    seeds: &[&[u8]; SEEDS],
    size: usize,
) -> Checked<&'a mut [u8]> {
    let rent = rent(size)?;
    let space = u64::try_from(size).unwrap_or(u64::MAX).to_le_bytes();
    let program = crate::ID.as_array();
    let seeds = seeds.map(Seed::from);
    if account.lamports() == 0 {
        let mut data = [0; 52];
        join(
            &mut data,
            &[
                &CREATE_ACCOUNT.to_le_bytes(),
                &rent.to_le_bytes(),
                &space,
                program,
            ],
        );
        call_system(&[(payer, true), (account, true)], &data, &seeds);
    } else {
        let missing = rent.saturating_sub(account.lamports());
        if missing > 0 {
            let mut data = [0; 12];
            join(
                &mut data,
                &[&TRANSFER.to_le_bytes(), &missing.to_le_bytes()],
            );
            call_system(&[(payer, true), (account, false)], &data, &seeds);
        }
        let mut data = [0; 12];
        join(&mut data, &[&ALLOCATE.to_le_bytes(), &space]);
        call_system(&[(account, true)], &data, &seeds);
        let mut data = [0; 36];
        join(&mut data, &[&ASSIGN.to_le_bytes(), program]);
        call_system(&[(account, true)], &data, &seeds);
    }
    // SAFETY: the account was empty, so nobody holds a slice of its data, which now are `size` bytes.
    Ok(unsafe { core::slice::from_raw_parts_mut(data_mut(account).as_mut_ptr(), size) })
}

/// The same account without Anchor.
///
/// # Safety
/// The info must be one of the instruction's own: its key then lies in the runtime's input.
unsafe fn view_of(info: &AccountInfo) -> AccountView {
    // In the runtime's input, the address follows eight bytes of flags.
    let start = info.key.as_array().as_ptr().wrapping_sub(8);
    // SAFETY: the caller's promise; what starts there is the runtime's account.
    unsafe { AccountView::new_unchecked(start.cast_mut().cast()) }
}

/// Calls System with writable accounts, each with whether it signs; `seeds` sign for the account to be opened.
fn call_system<const N: usize>(accounts: &[(&AccountView, bool); N], data: &[u8], seeds: &[Seed]) {
    let metas = accounts.map(|(view, signs)| InstructionAccount::new(view.address(), true, signs));
    let infos = accounts.map(|(view, _)| CpiAccount::from(view));
    let system = Address::new_from_array(SYSTEM);
    let instruction = InstructionView {
        program_id: &system,
        accounts: &metas,
        data,
    };
    // SAFETY: no slice of these accounts' data is in use.
    unsafe { invoke_signed_unchecked(&instruction, &infos, &[Signer::from(seeds)]) };
}

/// Writes the parts one after the other; together they are as long as `out`.
fn join(out: &mut [u8], parts: &[&[u8]]) {
    let places = parts.iter().scan(out, |rest, part| {
        let (place, after) = core::mem::take(rest).split_at_mut_checked(part.len())?;
        *rest = after;
        Some((place, part))
    });
    places.for_each(|(place, part)| place.copy_from_slice(part));
}
