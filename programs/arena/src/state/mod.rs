//! Accounts of the arena and the rules that keep them sound.

mod enemy;
mod player;
mod pool;

pub use enemy::*;
pub use player::*;
pub use pool::*;

/// Seed of the loot mint: PDA `["loot-mint"]`.
pub const LOOT_MINT_SEED: &[u8] = b"loot-mint";
/// Seed of the authority that mints loot: PDA `["loot-authority"]`, an address without an account.
pub const LOOT_AUTHORITY_SEED: &[u8] = b"loot-authority";
/// Decimals of the loot mint.
pub const LOOT_DECIMALS: u8 = 6;
