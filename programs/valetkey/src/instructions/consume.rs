use anchor_lang::prelude::*;
use valetkey_engine::errors::ErrorCode;

use crate::{
    nonce::INSTRUCTIONS_SYSVAR,
    refuse::refuse_code,
    state::{Session, VaultConfig},
};

/// Declared for the IDL; the raw entry reads these accounts (`consume.rs`).
#[derive(Accounts)]
pub struct Consume<'info> {
    /// Signs; must be the key that the session names.
    pub session_key: Signer<'info>,
    /// The session, mut for its counters.
    #[account(mut)]
    pub session: AccountLoader<'info, Session>,
    /// The config that the session names, only read for its epoch.
    pub config: AccountLoader<'info, VaultConfig>,
    /// CHECK: the instructions sysvar, which says whose program called; checked by its address.
    #[account(address = Pubkey::new_from_array(INSTRUCTIONS_SYSVAR))]
    pub instructions: UncheckedAccount<'info>,
}

/// Never reached: the program's entry takes `consume` before Anchor sees it.
pub fn handle_declared_consume(_ctx: Context<Consume>, _rule: u8, _argument: u64) -> Result<()> {
    Err(refuse_code(ErrorCode::RawInstruction))
}
