use crate::state::{LOOT_AUTHORITY_SEED, LOOT_DECIMALS, LOOT_MINT_SEED};
use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token};

/// Accounts of `create_loot_mint`.
#[derive(Accounts)]
pub struct CreateLootMint<'info> {
    /// Pays the rent; mut for that. Anyone: nothing about the mint can be chosen.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The loot mint, created here; checked by its seeds.
    #[account(
        init,
        payer = payer,
        seeds = [LOOT_MINT_SEED],
        bump,
        mint::decimals = LOOT_DECIMALS,
        mint::authority = loot_authority,
    )]
    pub loot_mint: Account<'info, Mint>,
    /// CHECK: the program's own signing address, checked by its seeds; there is no account there.
    #[account(seeds = [LOOT_AUTHORITY_SEED], bump)]
    pub loot_authority: UncheckedAccount<'info>,
    /// Owns the mint; checked by its address.
    pub token_program: Program<'info, Token>,
    /// Creates the account; checked by its address.
    pub system_program: Program<'info, System>,
}

/// The constraints do it all.
pub fn handle_create_loot_mint(_ctx: Context<CreateLootMint>) -> Result<()> {
    Ok(())
}
