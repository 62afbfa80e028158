use anchor_lang::prelude::*;

/// Why the arena refused. Numbers start at 6000 in this order and never change: append only.
#[error_code]
pub enum ArenaError {
    /// A number left its range.
    #[msg("A number left its range")]
    Overflow,
    /// Kinds are 0 goblin, 1 ogre, 2 dragon.
    #[msg("Unknown kind: use 0 (goblin), 1 (ogre) or 2 (dragon)")]
    UnknownKind,
    /// A strike takes 1 to 10 energy.
    #[msg("A strike takes 1 to 10 energy")]
    StrikeOutOfRange,
    /// The player has less energy than the strike takes; one comes back every six seconds.
    #[msg("Not enough energy: wait, one comes back every six seconds")]
    NotEnoughEnergy,
    /// The enemy would strike the player down; hit points come back, or are bought with `heal`.
    #[msg("Too wounded for this enemy: wait or heal")]
    TooWounded,
    /// The player has less gold than this costs.
    #[msg("Not enough gold")]
    NotEnoughGold,
    /// Nothing asked for, or more than anybody can have.
    #[msg("Amount is zero")]
    AmountIsZero,
    /// Strikes have not earned as much loot as asked.
    #[msg("More loot than strikes have earned")]
    LootNotEarned,
    /// The token account belongs to somebody else.
    #[msg("Loot goes to a token account of the player's owner")]
    LootToStranger,
    /// The player has fewer such items.
    #[msg("Not enough items of this kind")]
    NotEnoughItems,
    /// The fee is above one tenth.
    #[msg("Pool fee is at most 1000 hundredths of a percent")]
    FeeTooHigh,
    /// Mints of a pool stand in the order of their bytes.
    #[msg("Mint A must come before mint B in byte order")]
    MintsOutOfOrder,
    /// The accounts are not the two reserves of this pool.
    #[msg("Accounts are not the two reserves of this pool")]
    WrongReserve,
    /// A pool without liquidity has no price.
    #[msg("Pool has no liquidity")]
    PoolIsEmpty,
    /// The result is worse than the caller allows.
    #[msg("Result is worse than the bound in the arguments")]
    SlippageExceeded,
    /// The first deposit must be worth more than the shares that stay locked.
    #[msg("First deposit is too small")]
    DepositTooSmall,
    /// The position holds fewer shares.
    #[msg("Not enough shares")]
    NotEnoughShares,
    /// A state would break its own rules; always a bug of the arena.
    #[msg("Invariant broken")]
    InvariantBroken,
    /// Neither the player's owner signed nor a session key with its session.
    #[msg("The player's owner must sign, or a session key together with its session and config")]
    NotTheOwner,
    /// Valetkey's check of the session failed; log line and return data say why.
    #[msg("The session doesn't allow this; the log line and the return data say why")]
    SessionRefused,
}
