//! Arena: a small game with a market.
//!
//! Players spend energy to strike enemies, earn experience, gold, items and loot tokens, and trade
//! tokens in constant-product pools. Most of the program knows nothing of sessions: the `authority` of an
//! instruction is an ordinary signer, so it may be a wallet or a vault that signs inside `execute`.
//! It pays no rent; whoever pays is a separate `payer`.
//!
//! Two instructions know sessions themselves: `strike_for` and `claim_loot_for` take the signature of the player's owner, or
//! that of a session key with the owner's session, by the crate `valetkey-verify`. Nothing has to be in a vault for them.
#![allow(unexpected_cfgs)] // Anchor's macros test for features that only its own tools set

use anchor_lang::prelude::*;

pub mod errors;
pub mod events;
pub mod instructions;
pub mod session;
pub mod state;
mod token;

pub use errors::ArenaError;
use instructions::*;

declare_id!("4Wg3y7ricHcir6sF1Gw5QW5h1kEnm16hFDnLQK74XyQf");

/// The arena's instructions; each is described where it is implemented.
#[program]
pub mod arena {
    use super::*;

    /// Creates the loot mint, once for the whole arena.
    pub fn create_loot_mint(ctx: Context<CreateLootMint>) -> Result<()> {
        handle_create_loot_mint(ctx)
    }

    /// Lets the enemy of a kind (0 goblin, 1 ogre, 2 dragon) into the arena.
    pub fn spawn_enemy(ctx: Context<SpawnEnemy>, kind: u8) -> Result<()> {
        handle_spawn_enemy(ctx, kind)
    }

    /// Creates the authority's player; a player who invited them earns some gold.
    pub fn create_player(ctx: Context<CreatePlayer>) -> Result<()> {
        handle_create_player(ctx)
    }

    /// Spends energy on one strike against an enemy, who strikes back.
    pub fn strike(ctx: Context<Strike>, energy: u16) -> Result<()> {
        handle_strike(ctx, energy)
    }

    /// A strike that the player's owner signs, or a session key of the owner.
    pub fn strike_for(ctx: Context<StrikeFor>, energy: u16) -> Result<()> {
        handle_strike_for(ctx, energy)
    }

    /// Buys back hit points for gold.
    pub fn heal(ctx: Context<Heal>, points: u16) -> Result<()> {
        handle_heal(ctx, points)
    }

    /// Mints loot tokens that strikes have earned to a token account of the authority.
    pub fn claim_loot(ctx: Context<ClaimLoot>, amount: u64) -> Result<()> {
        handle_claim_loot(ctx, amount)
    }

    /// Mints loot to a token account of the player's owner, who signs, or a session key of the owner, which counts it.
    pub fn claim_loot_for(ctx: Context<ClaimLootFor>, amount: u64) -> Result<()> {
        handle_claim_loot_for(ctx, amount)
    }

    /// Gives items to another player.
    pub fn transfer_item(ctx: Context<TransferItem>, kind: u8, count: u16) -> Result<()> {
        handle_transfer_item(ctx, kind, count)
    }

    /// Deletes the authority's player for good; the rent goes to any account.
    pub fn close_player(ctx: Context<ClosePlayer>) -> Result<()> {
        handle_close_player(ctx)
    }

    /// Creates the market of two mints with a fee in hundredths of a percent.
    pub fn create_pool(ctx: Context<CreatePool>, fee_bps: u16) -> Result<()> {
        handle_create_pool(ctx, fee_bps)
    }

    /// Opens the authority's empty share account in a pool.
    pub fn open_position(ctx: Context<OpenPosition>) -> Result<()> {
        handle_open_position(ctx)
    }

    /// Pays up to both amounts into a pool at its price, for at least `min_shares`.
    pub fn add_liquidity(
        ctx: Context<ChangeLiquidity>,
        max_a: u64,
        max_b: u64,
        min_shares: u64,
    ) -> Result<()> {
        handle_add_liquidity(ctx, max_a, max_b, min_shares)
    }

    /// Gives shares back for their part of both reserves, at least `min_a` and `min_b`.
    pub fn remove_liquidity(
        ctx: Context<ChangeLiquidity>,
        shares: u64,
        min_a: u64,
        min_b: u64,
    ) -> Result<()> {
        handle_remove_liquidity(ctx, shares, min_a, min_b)
    }

    /// Sells exactly `amount_in` of one token of a pool for at least `min_out` of the other.
    pub fn swap(ctx: Context<Swap>, amount_in: u64, min_out: u64) -> Result<()> {
        handle_swap(ctx, amount_in, min_out)
    }
}
