use anchor_lang::prelude::*;
use valetkey_engine::errors::ErrorCode;

use crate::{
    refuse::refuse_code,
    state::{Proposal, VaultConfig},
};

/// Declared for the IDL; the raw entry reads these accounts (`grant/grant_session.rs`).
#[derive(Accounts)]
pub struct GrantSessionProposed<'info> {
    /// Pays the session's rent and gets it back: signs, and is debited. Anyone.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The config that the proposal names, only read.
    pub config: AccountLoader<'info, VaultConfig>,
    /// CHECK: the session to be opened, hence mut; its address is derived from config and session key.
    #[account(mut)]
    pub session: UncheckedAccount<'info>,
    /// CHECK: the session key that the proposal names.
    pub session_key: UncheckedAccount<'info>,
    /// Opens the account; checked by address.
    pub system_program: Program<'info, System>,
    /// The proposal, mut: it is closed.
    #[account(mut)]
    pub proposal: AccountLoader<'info, Proposal>,
    /// CHECK: gets the proposal's rent, hence mut; the payer that it recorded. Doesn't sign.
    #[account(mut)]
    pub proposal_payer: UncheckedAccount<'info>,
    // Then the mints of the terms.
}

/// Never reached: the program's entry takes `grant_session_proposed` before Anchor sees it.
pub fn handle_declared_grant_session_proposed(_ctx: Context<GrantSessionProposed>) -> Result<()> {
    Err(refuse_code(ErrorCode::RawInstruction))
}
