use anchor_lang::prelude::*;
use valetkey_engine::errors::ErrorCode;

use crate::{
    refuse::refuse_code,
    state::{Session, VaultConfig},
};

/// Declared for the IDL; the raw entry reads these accounts (`grant/renew_session.rs`).
#[derive(Accounts)]
pub struct RenewSession<'info> {
    /// The config that the session names, only read: owners, threshold, timelock, epoch.
    pub config: AccountLoader<'info, VaultConfig>,
    /// The live session, mut: its terms are replaced.
    #[account(mut)]
    pub session: AccountLoader<'info, Session>,
    /// CHECK: tells whether this is a durable-nonce transaction; checked by address.
    pub instructions: UncheckedAccount<'info>,
    // Then the owners, as signers, and the accounts of the terms.
}

/// Never reached: the program's entry takes `renew_session` before Anchor sees it.
pub fn handle_declared_renew_session(_ctx: Context<RenewSession>) -> Result<()> {
    Err(refuse_code(ErrorCode::RawInstruction))
}
