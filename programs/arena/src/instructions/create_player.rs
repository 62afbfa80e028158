use crate::{
    errors::ArenaError,
    events::PlayerCreated,
    state::{Player, INVITATION_GOLD},
};
use anchor_lang::prelude::*;

/// Accounts of `create_player`.
#[derive(Accounts)]
pub struct CreatePlayer<'info> {
    /// Owner of the new player. Not mut: it pays nothing.
    pub authority: Signer<'info>,
    /// Pays the rent; mut for that. May be the authority.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The player, created here; checked by its seeds.
    #[account(
        init,
        payer = payer,
        space = 8 + Player::INIT_SPACE,
        seeds = [Player::SEED, authority.key().as_ref()],
        bump,
    )]
    pub player: Account<'info, Player>,
    /// Who invited the player, if anybody; mut: earns gold. Any player.
    #[account(mut)]
    pub inviter: Option<Account<'info, Player>>,
    /// Creates the account; checked by its address.
    pub system_program: Program<'info, System>,
}

/// Sets the player up and pays the inviter.
pub fn handle_create_player(ctx: Context<CreatePlayer>) -> Result<()> {
    let accounts = ctx.accounts;
    let owner = accounts.authority.key();
    let now = Clock::get()?.unix_timestamp;
    accounts
        .player
        .set_inner(Player::new(owner, ctx.bumps.player, now));
    if let Some(inviter) = &mut accounts.inviter {
        let gold = inviter
            .gold
            .checked_add(INVITATION_GOLD)
            .ok_or(ArenaError::Overflow)?;
        inviter.gold = gold;
        inviter.invariant()?;
    }
    emit!(PlayerCreated {
        player: accounts.player.key(),
        owner
    });
    accounts.player.invariant()
}
