use crate::{
    errors::ArenaError,
    events::Struck,
    state::{Enemy, Player, MAX_STRIKE},
};
use anchor_lang::prelude::*;

/// Accounts of `strike`.
#[derive(Accounts)]
pub struct Strike<'info> {
    /// Owner of the player; not mut: a strike costs no lamports.
    pub authority: Signer<'info>,
    /// Who strikes; mut: spends energy, earns. Checked by its seeds.
    #[account(mut, seeds = [Player::SEED, authority.key().as_ref()], bump = player.bump)]
    pub player: Account<'info, Player>,
    /// Who is struck; mut: loses hit points. Any enemy; checked by its type.
    #[account(mut)]
    pub enemy: Account<'info, Enemy>,
}

/// Counts rest, then strikes. Errors: `StrikeOutOfRange`, `NotEnoughEnergy`, `TooWounded`.
pub fn handle_strike(ctx: Context<Strike>, energy: u16) -> Result<()> {
    let Strike { player, enemy, .. } = ctx.accounts;
    strike(player, enemy, energy, Clock::get()?.unix_timestamp)
}

/// One strike at a time `now`, whoever was entitled to it.
pub(super) fn strike(
    player: &mut Account<Player>,
    enemy: &mut Account<Enemy>,
    energy: u16,
    now: i64,
) -> Result<()> {
    require!(
        (1..=MAX_STRIKE).contains(&energy),
        ArenaError::StrikeOutOfRange
    );
    player.rest(now);
    let outcome = player.strike(enemy, energy)?;
    emit!(Struck {
        player: player.key(),
        enemy: enemy.key(),
        damage: outcome.damage,
        defeated: outcome.defeated,
        loot: outcome.loot,
    });
    enemy.invariant()?;
    player.invariant()
}
