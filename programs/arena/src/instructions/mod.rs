//! One file per instruction.

mod add_liquidity;
mod change_liquidity;
mod claim_loot;
mod claim_loot_for;
mod close_player;
mod create_loot_mint;
mod create_player;
mod create_pool;
mod heal;
mod open_position;
mod remove_liquidity;
mod spawn_enemy;
mod strike;
mod strike_for;
mod swap;
mod transfer_item;

pub use add_liquidity::*;
pub use change_liquidity::*;
pub use claim_loot::*;
pub use claim_loot_for::*;
pub use close_player::*;
pub use create_loot_mint::*;
pub use create_player::*;
pub use create_pool::*;
pub use heal::*;
pub use open_position::*;
pub use remove_liquidity::*;
pub use spawn_enemy::*;
pub use strike::*;
pub use strike_for::*;
pub use swap::*;
pub use transfer_item::*;
