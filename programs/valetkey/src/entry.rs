//! The program's entry: `execute`, `consume`, grants, renewals, the owners' plans and the plain `revoke_session` go to raw handlers,
//! everything else to Anchor.
//!
//! Anchor's account loading is worth more than a thousand compute units per call; a session's moves don't pay it.

use core::mem::MaybeUninit;

use anchor_lang::{
    prelude::AccountInfo,
    solana_program::entrypoint::{self, custom_heap_default, custom_panic_default, SUCCESS},
    Discriminator,
};
use pinocchio::AccountView;
use valetkey_engine::{errors::ErrorCode, refusal::Refusal};

use crate::{
    consume::handle_consume,
    execute::handle_execute,
    grant::{
        handle_grant_session, handle_grant_session_proposed, handle_renew_session,
        handle_renew_session_proposed,
    },
    instruction,
    owner_plan::{
        handle_owner_execute, handle_owner_execute_proposed, handle_recover,
        handle_recover_proposed,
    },
    refuse::report,
    revocation::handle_plain_revoke,
};

/// As many accounts as a transaction can lock.
const MAX_ACCOUNTS: usize = 64;

/// Discriminators as words: comparing slices would be a call.
const EXECUTE: u64 = word_of(instruction::Execute::DISCRIMINATOR);
const CONSUME: u64 = word_of(instruction::Consume::DISCRIMINATOR);
const GRANT_SESSION: u64 = word_of(instruction::GrantSession::DISCRIMINATOR);
const GRANT_SESSION_PROPOSED: u64 = word_of(instruction::GrantSessionProposed::DISCRIMINATOR);
const RENEW_SESSION: u64 = word_of(instruction::RenewSession::DISCRIMINATOR);
const RENEW_SESSION_PROPOSED: u64 = word_of(instruction::RenewSessionProposed::DISCRIMINATOR);
const OWNER_EXECUTE: u64 = word_of(instruction::OwnerExecute::DISCRIMINATOR);
const OWNER_EXECUTE_PROPOSED: u64 = word_of(instruction::OwnerExecuteProposed::DISCRIMINATOR);
const RECOVER: u64 = word_of(instruction::Recover::DISCRIMINATOR);
const RECOVER_PROPOSED: u64 = word_of(instruction::RecoverProposed::DISCRIMINATOR);
const REVOKE_SESSION: u64 = word_of(instruction::RevokeSession::DISCRIMINATOR);

const fn word_of(discriminator: &[u8]) -> u64 {
    match discriminator.first_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => 0,
    }
}

/// # Safety
/// Called by the runtime only, with its serialized input.
#[no_mangle]
pub unsafe extern "C" fn entrypoint(input: *mut u8) -> u64 {
    let mut views = [const { MaybeUninit::<AccountView>::uninit() }; MAX_ACCOUNTS];
    // SAFETY: `input` is the runtime's serialized input.
    let (_, count, data) = unsafe { pinocchio::entrypoint::deserialize(input, &mut views) };
    // SAFETY: `deserialize` has written the first `count` views.
    let accounts =
        unsafe { core::slice::from_raw_parts(views.as_ptr().cast::<AccountView>(), count) };

    let Some((discriminator, args)) = data.split_first_chunk::<8>() else {
        // SAFETY: as above; Anchor names what is wrong with it.
        return unsafe { anchor_entry(input) };
    };
    let word = u64::from_le_bytes(*discriminator);
    let result = if word == EXECUTE {
        // SAFETY: `input` is the runtime's serialized input.
        unsafe { all_accounts(input, count) }.and_then(|()| handle_execute(accounts, args))
    } else if word == REVOKE_SESSION && matches!(args, [0]) {
        handle_plain_revoke(accounts)
    } else if word == CONSUME {
        handle_consume(accounts, args)
    } else if word == GRANT_SESSION {
        // SAFETY: as above.
        unsafe { all_accounts(input, count) }.and_then(|()| handle_grant_session(accounts, args))
    } else if word == RENEW_SESSION {
        // SAFETY: as above.
        unsafe { all_accounts(input, count) }.and_then(|()| handle_renew_session(accounts, args))
    } else if word == GRANT_SESSION_PROPOSED {
        // SAFETY: as above.
        unsafe { all_accounts(input, count) }
            .and_then(|()| handle_grant_session_proposed(accounts, args))
    } else if word == RENEW_SESSION_PROPOSED {
        // SAFETY: as above.
        unsafe { all_accounts(input, count) }
            .and_then(|()| handle_renew_session_proposed(accounts, args))
    } else if word == OWNER_EXECUTE {
        // SAFETY: as above.
        unsafe { all_accounts(input, count) }.and_then(|()| handle_owner_execute(accounts, args))
    } else if word == OWNER_EXECUTE_PROPOSED {
        // SAFETY: as above.
        unsafe { all_accounts(input, count) }
            .and_then(|()| handle_owner_execute_proposed(accounts, args))
    } else if word == RECOVER {
        // SAFETY: as above.
        unsafe { all_accounts(input, count) }.and_then(|()| handle_recover(accounts, args))
    } else if word == RECOVER_PROPOSED {
        // SAFETY: as above.
        unsafe { all_accounts(input, count) }.and_then(|()| handle_recover_proposed(accounts, args))
    } else {
        // SAFETY: nothing has been changed, Anchor reads the same input again.
        return unsafe { anchor_entry(input) };
    };
    match result {
        Ok(()) => SUCCESS,
        Err(refusal) => {
            report(&refusal);
            u64::from(refusal.code)
        }
    }
}

/// Refuses more accounts than were read.
///
/// # Safety
/// `input` is the runtime's serialized input.
unsafe fn all_accounts(input: *const u8, count: usize) -> Result<(), Refusal> {
    // SAFETY: the input begins with the number of accounts, aligned.
    let passed = unsafe { *input.cast::<u64>() };
    if passed == count as u64 {
        Ok(())
    } else {
        Err(Refusal::new(ErrorCode::TooManyAccounts)
            .asked(passed)
            .left(MAX_ACCOUNTS as u64))
    }
}

/// Anchor's own path.
///
/// # Safety
/// `input` is the runtime's serialized input, unchanged.
#[inline(never)]
unsafe fn anchor_entry(input: *mut u8) -> u64 {
    // SAFETY: `input` is the runtime's serialized input.
    let (program_id, accounts, data) = unsafe { entrypoint::deserialize(input) };
    // SAFETY: the accounts live as long as the input, that is until the program ends; Anchor ties them to the slice that holds
    // them, which lives until it returns.
    let accounts = unsafe { core::mem::transmute::<&[AccountInfo], &[AccountInfo]>(&accounts[..]) };
    match crate::entry(program_id, accounts, data) {
        Ok(()) => SUCCESS,
        Err(error) => error.into(),
    }
}

custom_heap_default!();
custom_panic_default!();
