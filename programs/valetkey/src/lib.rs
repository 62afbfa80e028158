//! Valetkey: an owner approves once; a session key then signs alone, within terms that this program enforces.
//!
//! `execute`, `consume`, grants, renewals, the owners' plans and `revoke_session` are read by the entry itself (`entry.rs`), everything
//! else by Anchor. What terms mean is decided in `valetkey-engine`, which is pure; this crate loads accounts, calls programs and keeps
//! what it saw.

#![cfg_attr(
    not(valetkey_entry),
    allow(dead_code, reason = "without the entry nothing calls the raw handlers")
)]

mod calls;
mod consume;
#[cfg(valetkey_entry)]
mod entry;
mod errors;
mod events;
mod execute;
mod grant;
mod instructions;
mod nonce;
mod open_account;
mod owner_change;
mod owner_plan;
mod owners;
mod proposals;
mod refuse;
mod revocation;
mod runtime;
mod state;
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

    /// Opens the vault of a council at the address that a fresh key gives. Anyone pays.
    pub fn create_council(
        ctx: Context<CreateCouncil>,
        threshold: u8,
        timelock: u32,
        owners: Vec<Pubkey>,
    ) -> Result<()> {
        handle_create_council(
            ctx,
            OwnersArgs {
                threshold,
                timelock,
                owners,
            },
        )
    }

    /// Changes owners, threshold and timelock. Remaining accounts: the owners who sign.
    pub fn set_owners<'info>(
        ctx: Context<'info, SetOwners<'info>>,
        epoch: u64,
        threshold: u8,
        timelock: u32,
        owners: Vec<Pubkey>,
    ) -> Result<()> {
        handle_set_owners(
            ctx,
            epoch,
            OwnersArgs {
                threshold,
                timelock,
                owners,
            },
        )
    }

    /// Changes the owners as an approved proposal says.
    pub fn set_owners_proposed(ctx: Context<SetOwnersProposed>) -> Result<()> {
        handle_set_owners_proposed(ctx)
    }

    /// Opens a proposal and writes the first bytes of its payload.
    pub fn propose(
        ctx: Context<Propose>,
        kind: u8,
        id: u64,
        epoch: u64,
        deadline: i64,
        length: u32,
        payload: Vec<u8>,
    ) -> Result<()> {
        handle_propose(
            ctx,
            ProposeArgs {
                kind,
                id,
                epoch,
                deadline,
                length,
                payload,
            },
        )
    }

    /// Writes the next bytes of a proposal's payload; the last ones seal it.
    pub fn append_proposal(
        ctx: Context<AppendProposal>,
        offset: u32,
        bytes: Vec<u8>,
    ) -> Result<()> {
        handle_append_proposal(ctx, offset, bytes)
    }

    /// Counts an owner's approval of the content that `hash` names.
    pub fn approve(ctx: Context<Approve>, hash: [u8; 32]) -> Result<()> {
        handle_approve(ctx, hash)
    }

    /// Ends a proposal; its rent goes back to its payer.
    pub fn cancel(ctx: Context<Cancel>) -> Result<()> {
        handle_cancel(ctx)
    }

    /// Creates a session under terms that the owners approve by signing. Remaining accounts: the owners, then those of the terms.
    pub fn grant_session(
        ctx: Context<GrantSession>,
        grant_id: u64,
        epoch: u64,
        owners: u8,
        keys_hash: Option<[u8; 32]>,
        terms: Vec<u8>,
    ) -> Result<()> {
        let _declared = (grant_id, epoch, owners, keys_hash, terms);
        handle_declared_grant_session(ctx)
    }

    /// Creates the session of an approved proposal.
    pub fn grant_session_proposed(ctx: Context<GrantSessionProposed>) -> Result<()> {
        handle_declared_grant_session_proposed(ctx)
    }

    /// Gives a live session new terms that the owners approve by signing; what was spent stays counted. Remaining accounts: the
    /// owners, then those of the terms.
    pub fn renew_session(
        ctx: Context<RenewSession>,
        epoch: u64,
        revision: u32,
        owners: u8,
        keys_hash: Option<[u8; 32]>,
        terms: Vec<u8>,
    ) -> Result<()> {
        let _declared = (epoch, revision, owners, keys_hash, terms);
        handle_declared_renew_session(ctx)
    }

    /// Gives a live session the terms of an approved proposal.
    pub fn renew_session_proposed(ctx: Context<RenewSessionProposed>) -> Result<()> {
        handle_declared_renew_session_proposed(ctx)
    }

    /// Runs a plan under the terms. The bytes after the discriminator are described in `docs/layout.md`.
    pub fn execute(ctx: Context<Execute>) -> Result<()> {
        handle_declared_execute(ctx)
    }

    /// Counts a use of a native rule. Called by the rule's own program, which `valetkey-verify` does for it.
    pub fn consume(ctx: Context<Consume>, rule: u8, argument: u64) -> Result<()> {
        handle_declared_consume(ctx, rule, argument)
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

    /// Runs the owners' plan of an approved proposal.
    pub fn owner_execute_proposed(ctx: Context<OwnerExecuteProposed>) -> Result<()> {
        handle_declared_owner_execute_proposed(ctx)
    }

    /// Runs a plan that repairs a vault which isn't System's, or has data.
    pub fn recover(ctx: Context<Recover>) -> Result<()> {
        handle_declared_recover(ctx)
    }

    /// Runs the plan of an approved proposal that repairs a vault.
    pub fn recover_proposed(ctx: Context<RecoverProposed>) -> Result<()> {
        handle_declared_recover_proposed(ctx)
    }
}
