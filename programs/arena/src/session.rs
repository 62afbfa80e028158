//! How the arena takes a session in place of its owner's signature: the adapters between Anchor and `valetkey-verify`.

use core::cell::Ref;

use anchor_lang::{
    prelude::*,
    solana_program::{
        instruction::Instruction,
        program::{invoke, set_return_data},
    },
};
use valetkey_verify::{Account as AnyAccount, ConsumeCall, Error as NotCounted, Refusal};

use crate::ArenaError;

/// The Valetkey program: the id that the build was given, else that of the local deployment (`Anchor.toml`).
pub const VALETKEY: Pubkey = match option_env!("VALETKEY_PROGRAM_ID") {
    Some(id) => Pubkey::from_str_const(id),
    None => pubkey!("4ftE71miz3djT3iLixQu4MN4HMSipa17hzcHXDJPYkMP"),
};

/// The instructions sysvar, by which Valetkey sees whose program counts.
pub const INSTRUCTIONS: Pubkey = pubkey!("Sysvar1nstructions1111111111111111111111111");

/// An account as `valetkey-verify` takes it, borrowed from Anchor.
pub type Borrowed<'a> = AnyAccount<'a, Ref<'a, &'a mut [u8]>>;

/// Borrows an account.
#[inline(always)]
pub fn account<'a, 'info: 'a>(info: &'a impl AsRef<AccountInfo<'info>>) -> Result<Borrowed<'a>> {
    let info = info.as_ref();
    Ok(AnyAccount {
        key: info.key.as_array(),
        owner: info.owner.as_array(),
        data: info.try_borrow_data()?,
        is_signer: info.is_signer,
        is_writable: info.is_writable,
        executable: info.executable,
    })
}

/// Calls `consume` and borrows the session's data again, for `verify_and_consume`.
pub fn count<'a, 'info>(
    call: &ConsumeCall,
    session_key: &AccountInfo<'info>,
    session: &'a AccountInfo<'info>,
    config: &AccountInfo<'info>,
    instructions: &AccountInfo<'info>,
) -> Result<Ref<'a, &'a mut [u8]>> {
    let instruction = Instruction {
        program_id: VALETKEY,
        accounts: vec![
            AccountMeta::new_readonly(*session_key.key, true),
            AccountMeta::new(*session.key, false),
            AccountMeta::new_readonly(*config.key, false),
            AccountMeta::new_readonly(*instructions.key, false),
        ],
        data: call.data.to_vec(),
    };
    let infos = [session_key, session, config, instructions].map(Clone::clone);
    invoke(&instruction, &infos)?;
    Ok(session.try_borrow_data()?)
}

/// Says why a session was refused: one log line, and Valetkey's 24 bytes as return data.
#[cold]
pub fn refused(refusal: Refusal) -> Error {
    msg!("valetkey: {}", refusal.name());
    set_return_data(&refusal.to_bytes());
    error!(ArenaError::SessionRefused)
}

/// The same, where the call to Valetkey may have failed with an error of its own.
#[cold]
pub fn not_counted(error: NotCounted<Error>) -> Error {
    match error {
        NotCounted::Refused(refusal) => refused(refusal),
        NotCounted::Call(error) => error,
    }
}
