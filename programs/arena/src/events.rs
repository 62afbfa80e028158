//! One event per change, emitted by log.

use anchor_lang::prelude::*;

/// A player entered the arena.
#[event]
pub struct PlayerCreated {
    /// The player account.
    pub player: Pubkey,
    /// Its owner.
    pub owner: Pubkey,
}

/// A strike landed.
#[event]
pub struct Struck {
    /// Who struck.
    pub player: Pubkey,
    /// Who was struck.
    pub enemy: Pubkey,
    /// Hit points that the enemy lost.
    pub damage: u32,
    /// Whether the enemy fell (and a new one took its place).
    pub defeated: bool,
    /// Base units of loot earned.
    pub loot: u64,
}

/// Hit points were bought.
#[event]
pub struct Healed {
    /// Who bought.
    pub player: Pubkey,
    /// Hit points gained.
    pub points: u16,
}

/// Loot was minted.
#[event]
pub struct LootClaimed {
    /// Who earned it.
    pub player: Pubkey,
    /// Base units minted.
    pub amount: u64,
}

/// Items changed hands.
#[event]
pub struct ItemTransferred {
    /// Giver.
    pub from: Pubkey,
    /// Receiver.
    pub to: Pubkey,
    /// Kind of the items.
    pub kind: u8,
    /// How many.
    pub count: u16,
}

/// A player left for good.
#[event]
pub struct PlayerClosed {
    /// The account that is gone.
    pub player: Pubkey,
}

/// A market opened.
#[event]
pub struct PoolCreated {
    /// The pool.
    pub pool: Pubkey,
    /// Fee in hundredths of a percent.
    pub fee_bps: u16,
}

/// Liquidity was added (positive shares) or removed.
#[event]
pub struct LiquidityChanged {
    /// The pool.
    pub pool: Pubkey,
    /// Whose position.
    pub owner: Pubkey,
    /// True when added.
    pub added: bool,
    /// Base units of token A that moved.
    pub amount_a: u64,
    /// Base units of token B that moved.
    pub amount_b: u64,
    /// Shares that came or went.
    pub shares: u64,
}

/// A swap took place.
#[event]
pub struct Swapped {
    /// The pool.
    pub pool: Pubkey,
    /// Whoever paid.
    pub authority: Pubkey,
    /// Base units paid.
    pub amount_in: u64,
    /// Base units received.
    pub amount_out: u64,
}
