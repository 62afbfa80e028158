use anchor_lang::prelude::*;
use valetkey_engine::errors::ErrorCode;

use crate::{
    refuse::refuse_code,
    state::{Proposal, Session, VaultConfig},
};

/// Declared for the IDL; the raw entry reads these accounts (`grant/renew_session.rs`).
#[derive(Accounts)]
pub struct RenewSessionProposed<'info> {
    /// The config that the proposal names, only read.
    pub config: AccountLoader<'info, VaultConfig>,
    /// The live session that the proposal names, mut: its terms are replaced.
    #[account(mut)]
    pub session: AccountLoader<'info, Session>,
    /// The proposal, mut: it is closed.
    #[account(mut)]
    pub proposal: AccountLoader<'info, Proposal>,
    /// CHECK: gets the proposal's rent, hence mut; the payer that it recorded. Doesn't sign.
    #[account(mut)]
    pub proposal_payer: UncheckedAccount<'info>,
    // Then the mints of the terms.
}

/// Never reached: the program's entry takes `renew_session_proposed` before Anchor sees it.
pub fn handle_declared_renew_session_proposed(_ctx: Context<RenewSessionProposed>) -> Result<()> {
    Err(refuse_code(ErrorCode::RawInstruction))
}
