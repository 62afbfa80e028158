use anchor_lang::prelude::*;
use valetkey_engine::errors::ErrorCode;

use crate::{
    refuse::refuse_code,
    state::{Session, VaultConfig},
};

/// Declared for the IDL; the raw entry reads these accounts (`execute/`).
#[derive(Accounts)]
pub struct Execute<'info> {
    /// Signs; must be the key that the session names.
    pub session_key: Signer<'info>,
    /// The session, mut for its counters.
    #[account(mut)]
    pub session: AccountLoader<'info, Session>,
    /// The config that the session names, only read for its epoch.
    pub config: AccountLoader<'info, VaultConfig>,
    /// CHECK: the vault that the session names; mut when the plan moves SOL or needs it writable.
    #[account(mut)]
    pub vault: UncheckedAccount<'info>,
    // Then what the plan names.
}

/// Never reached: the program's entry takes `execute` before Anchor sees it.
pub fn handle_declared_execute(_ctx: Context<Execute>) -> Result<()> {
    Err(refuse_code(ErrorCode::RawInstruction))
}
