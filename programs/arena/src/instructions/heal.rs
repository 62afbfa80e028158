use crate::{errors::ArenaError, events::Healed, state::Player};
use anchor_lang::prelude::*;

/// Accounts of `heal`.
#[derive(Accounts)]
pub struct Heal<'info> {
    /// Owner of the player; not mut: gold is a number in the player account.
    pub authority: Signer<'info>,
    /// Who is healed; mut: gains hit points, spends gold. Checked by its seeds.
    #[account(mut, seeds = [Player::SEED, authority.key().as_ref()], bump = player.bump)]
    pub player: Account<'info, Player>,
}

impl Heal<'_> {
    /// Something must be asked for.
    fn validate(&self, points: u16) -> Result<()> {
        require!(points > 0, ArenaError::AmountIsZero);
        Ok(())
    }
}

/// Counts rest, then heals. Errors: `AmountIsZero`, `NotEnoughGold`.
pub fn handle_heal(ctx: Context<Heal>, points: u16) -> Result<()> {
    ctx.accounts.validate(points)?;
    let player = &mut ctx.accounts.player;
    player.rest(Clock::get()?.unix_timestamp);
    let points = player.heal(points)?;
    emit!(Healed {
        player: player.key(),
        points
    });
    player.invariant()
}
