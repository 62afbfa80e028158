use anchor_lang::prelude::*;
use valetkey_engine::errors::ErrorCode;

use crate::{
    refuse::refuse_code,
    state::{Proposal, VaultConfig},
};

/// Declared for the IDL; the raw entry reads these accounts (`owner_plan/proposed.rs`).
#[derive(Accounts)]
pub struct RecoverProposed<'info> {
    /// The config that the proposal names, only read.
    pub config: AccountLoader<'info, VaultConfig>,
    /// CHECK: the vault that the config names, mut: it signs the plan.
    #[account(mut)]
    pub vault: UncheckedAccount<'info>,
    /// The proposal, mut: it is closed.
    #[account(mut)]
    pub proposal: AccountLoader<'info, Proposal>,
    /// CHECK: gets the rent, hence mut; the payer that the proposal recorded. Doesn't sign.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
    // Then what the plan names.
}

/// Never reached: the program's entry takes `recover_proposed` before Anchor sees it.
pub fn handle_declared_recover_proposed(_ctx: Context<RecoverProposed>) -> Result<()> {
    Err(refuse_code(ErrorCode::RawInstruction))
}
