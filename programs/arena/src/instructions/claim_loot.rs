use crate::{
    errors::ArenaError,
    events::LootClaimed,
    state::{Player, LOOT_AUTHORITY_SEED, LOOT_MINT_SEED},
};
use anchor_lang::prelude::*;
use anchor_spl::token::{self, Mint, MintTo, Token, TokenAccount};

/// Accounts of `claim_loot`.
#[derive(Accounts)]
pub struct ClaimLoot<'info> {
    /// Owner of the player; not mut: pays nothing.
    pub authority: Signer<'info>,
    /// Who earned the loot; mut: counts what was minted. Checked by its seeds.
    #[account(mut, seeds = [Player::SEED, authority.key().as_ref()], bump = player.bump)]
    pub player: Account<'info, Player>,
    /// The loot mint; mut: its supply grows. Checked by its seeds.
    #[account(mut, seeds = [LOOT_MINT_SEED], bump)]
    pub loot_mint: Account<'info, Mint>,
    /// CHECK: the program's own signing address, checked by its seeds; there is no account there.
    #[account(seeds = [LOOT_AUTHORITY_SEED], bump)]
    pub loot_authority: UncheckedAccount<'info>,
    /// Receives the loot; mut. Its owner is checked in `validate`, its mint by the token program.
    #[account(mut)]
    pub destination: Account<'info, TokenAccount>,
    /// Mints; checked by its address.
    pub token_program: Program<'info, Token>,
}

impl ClaimLoot<'_> {
    /// Loot goes to whoever earned it.
    fn validate(&self, amount: u64) -> Result<()> {
        require!(amount > 0, ArenaError::AmountIsZero);
        let owner = self.destination.owner;
        require_keys_eq!(owner, self.authority.key(), ArenaError::LootToStranger);
        Ok(())
    }
}

/// Counts the loot as minted, then mints it. Errors: `AmountIsZero`, `LootToStranger`, `LootNotEarned`.
pub fn handle_claim_loot(ctx: Context<ClaimLoot>, amount: u64) -> Result<()> {
    ctx.accounts.validate(amount)?;
    let accounts = ctx.accounts;
    let mint_to = MintTo {
        mint: accounts.loot_mint.to_account_info(),
        to: accounts.destination.to_account_info(),
        authority: accounts.loot_authority.to_account_info(),
    };
    claim(
        &mut accounts.player,
        mint_to,
        ctx.bumps.loot_authority,
        amount,
    )
}

/// Counts and mints, whoever was entitled to it.
pub(super) fn claim<'info>(
    player: &mut Account<'info, Player>,
    mint_to: MintTo<'info>,
    authority_bump: u8,
    amount: u64,
) -> Result<()> {
    player.claim(amount)?;
    let seeds: &[&[u8]] = &[LOOT_AUTHORITY_SEED, &[authority_bump]];
    let signers = &[seeds];
    token::mint_to(
        CpiContext::new_with_signer(token::ID, mint_to, signers),
        amount,
    )?;
    emit!(LootClaimed {
        player: player.key(),
        amount
    });
    player.invariant()
}
