use anchor_lang::prelude::*;
use valetkey_engine::errors::ErrorCode;

use crate::{refuse::refuse_code, state::VaultConfig};

/// Declared for the IDL; the raw entry reads these accounts (`owner_plan/signed.rs`).
#[derive(Accounts)]
pub struct Recover<'info> {
    /// The config, only read: owners, threshold, timelock.
    pub config: AccountLoader<'info, VaultConfig>,
    /// CHECK: the vault that the config names, mut: it signs the plan. It isn't System's, or has data.
    #[account(mut)]
    pub vault: UncheckedAccount<'info>,
    /// CHECK: the instructions sysvar, checked by address.
    pub instructions: UncheckedAccount<'info>,
    // Then what the plan names, and the owners as signers.
}

/// Never reached: the program's entry takes `recover` before Anchor sees it.
pub fn handle_declared_recover(_ctx: Context<Recover>) -> Result<()> {
    Err(refuse_code(ErrorCode::RawInstruction))
}
