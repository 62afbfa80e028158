//! How the arena takes a session in place of its owner's signature: the adapters between Anchor and `valetkey-verify`.

use core::cell::RefCell;

use anchor_lang::{
    prelude::*,
    solana_program::{
        instruction::Instruction,
        program::{invoke, set_return_data},
    },
};
use valetkey_verify::{ConsumeCall, Error as NotCounted, Refusal};

use crate::ArenaError;

/// The Valetkey program: the id that the build was given, else that of the local deployment (`Anchor.toml`).
pub const VALETKEY: Pubkey = match option_env!("VALETKEY_PROGRAM_ID") {
    Some(id) => Pubkey::from_str_const(id),
    None => pubkey!("4ftE71miz3djT3iLixQu4MN4HMSipa17hzcHXDJPYkMP"),
};

/// The instructions sysvar, by which Valetkey sees whose program counts.
pub const INSTRUCTIONS: Pubkey = pubkey!("Sysvar1nstructions1111111111111111111111111");

/// An account as `valetkey-verify` takes it.
pub type AnyAccount<'a, 'info> = valetkey_verify::Account<'a, &'a RefCell<&'info mut [u8]>>;

/// Anchor's account for `valetkey-verify`.
#[inline(always)]
pub fn account<'a, 'info: 'a>(info: &'a impl AsRef<AccountInfo<'info>>) -> AnyAccount<'a, 'info> {
    let info = info.as_ref();
    AnyAccount {
        key: info.key.as_array(),
        owner: info.owner.as_array(),
        data: &*info.data,
        is_signer: info.is_signer,
        is_writable: info.is_writable,
        executable: info.executable,
    }
}

/// Calls `consume`, for `verify_and_consume`.
pub fn count<'info>(
    call: &ConsumeCall,
    session_key: &AccountInfo<'info>,
    session: &AccountInfo<'info>,
    config: &AccountInfo<'info>,
    instructions: &AccountInfo<'info>,
) -> Result<()> {
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
    Ok(invoke(&instruction, &infos)?)
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
