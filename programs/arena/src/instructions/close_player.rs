use crate::{events::PlayerClosed, state::Player};
use anchor_lang::prelude::*;

/// Accounts of `close_player`.
#[derive(Accounts)]
pub struct ClosePlayer<'info> {
    /// Owner of the player; not mut: the rent goes to `rent_receiver`.
    pub authority: Signer<'info>,
    /// Who leaves; mut: is deleted. Checked by its seeds.
    #[account(
        mut,
        seeds = [Player::SEED, authority.key().as_ref()],
        bump = player.bump,
        close = rent_receiver,
    )]
    pub player: Account<'info, Player>,
    /// CHECK: gets the rent; mut for that. Any address that the authority names, which is one reason
    /// why a session should not be allowed to do this.
    #[account(mut)]
    pub rent_receiver: UncheckedAccount<'info>,
}

/// The constraints close the account; unclaimed loot, gold and items are lost.
pub fn handle_close_player(ctx: Context<ClosePlayer>) -> Result<()> {
    emit!(PlayerClosed {
        player: ctx.accounts.player.key()
    });
    Ok(())
}
