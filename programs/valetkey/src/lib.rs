//! Valetkey: an owner approves once; a session key then signs alone, within terms that this program enforces.
//!
//! `execute`, `owner_execute` and `revoke_session` are read by the entry itself (`entry.rs`), everything else by Anchor. What
//! terms mean is decided in `valetkey-engine`, which is pure; this crate loads accounts, calls programs and keeps what it saw.

#![cfg_attr(
    not(valetkey_entry),
    allow(dead_code, reason = "without the entry nothing calls the raw handlers")
)]

mod calls;
#[cfg(valetkey_entry)]
mod entry;
mod errors;
mod events;
mod execute;
mod instructions;
mod nonce;
mod open_account;
mod owner_execute;
mod owners;
#[allow(dead_code, reason = "the acts that enact proposals call it")]
mod proposals;
mod refuse;
mod revocation;
mod runtime;
mod state;
mod terms_accounts;
mod views;

use anchor_lang::prelude::*;

pub use {errors::*, events::*, instructions::*, state::*};

include!(concat!(env!("OUT_DIR"), "/deployment.rs"));

#[program]
pub mod valetkey {
    use super::*;

    /// Opens the canonical vault of an owner. Anyone pays; the content is forced.
    pub fn create_vault(ctx: Context<CreateVault>, owner: Pubkey, index: u8) -> Result<()> {
        handle_create_vault(ctx, owner, index)
    }

    /// Creates a session under terms that the owners approve by signing. Remaining accounts: the owners, then those of the terms.
    pub fn grant_session<'info>(
        ctx: Context<'info, GrantSession<'info>>,
        grant_id: u64,
        epoch: u64,
        owners: u8,
        terms: Vec<u8>,
    ) -> Result<()> {
        handle_grant_session(
            ctx,
            GrantSessionArgs {
                grant_id,
                epoch,
                owners,
                terms,
            },
        )
    }

    /// Runs a plan under the terms. The bytes after the discriminator are described in `docs/layout.md`.
    pub fn execute(ctx: Context<Execute>) -> Result<()> {
        handle_declared_execute(ctx)
    }

    /// Ends a session now; on an address without an account, `record` keeps texts for that key from landing.
    pub fn revoke_session(
        ctx: Context<RevokeSession>,
        record: Option<RevokedRecord>,
    ) -> Result<()> {
        handle_revoke_session(ctx, record)
    }

    /// Ends every session of the vault by raising its epoch.
    pub fn revoke_all(ctx: Context<RevokeAll>) -> Result<()> {
        handle_revoke_all(ctx)
    }

    /// Closes a dead session; the rent goes back to its payer.
    pub fn close_session(ctx: Context<CloseSession>) -> Result<()> {
        handle_close_session(ctx)
    }

    /// Runs the owners' own plan. The bytes after the discriminator are described in `docs/layout.md`.
    pub fn owner_execute(ctx: Context<OwnerExecute>) -> Result<()> {
        handle_declared_owner_execute(ctx)
    }
}
