use anchor_lang::prelude::*;
use valetkey_engine::errors::ErrorCode;

use crate::{refuse::refuse_code, state::VaultConfig};

/// Declared for the IDL; the raw entry reads these accounts (`grant/grant_session.rs`).
#[derive(Accounts)]
pub struct GrantSession<'info> {
    /// Pays the rent and gets it back: signs, and is debited. Anyone.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The vault's config, only read: owners, threshold, timelock, epoch.
    pub config: AccountLoader<'info, VaultConfig>,
    /// CHECK: the session to be opened, hence mut; its address is derived from config and session key.
    #[account(mut)]
    pub session: UncheckedAccount<'info>,
    /// CHECK: the key that will sign during the session. It doesn't sign the grant; keys that can't be one are refused.
    pub session_key: UncheckedAccount<'info>,
    /// Opens the account; checked by address.
    pub system_program: Program<'info, System>,
    /// CHECK: tells whether this is a durable-nonce transaction; checked by address.
    pub instructions: UncheckedAccount<'info>,
    // Then the owners, as signers, and the accounts of the terms.
}

/// Never reached: the program's entry takes `grant_session` before Anchor sees it.
pub fn handle_declared_grant_session(_ctx: Context<GrantSession>) -> Result<()> {
    Err(refuse_code(ErrorCode::RawInstruction))
}
