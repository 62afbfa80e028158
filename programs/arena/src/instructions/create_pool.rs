use crate::{
    errors::ArenaError,
    events::PoolCreated,
    state::{Pool, MAX_FEE_BPS},
};
use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};

/// Accounts of `create_pool`.
#[derive(Accounts)]
pub struct CreatePool<'info> {
    /// Pays the rent; mut for that. Anyone: a pool has no owner.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The pool, created here; checked by its seeds: one per pair of mints.
    #[account(
        init,
        payer = payer,
        space = 8 + Pool::INIT_SPACE,
        seeds = [Pool::SEED, mint_a.key().as_ref(), mint_b.key().as_ref()],
        bump,
    )]
    pub pool: Box<Account<'info, Pool>>,
    /// First mint in byte order; checked by its type, the order in `validate`.
    pub mint_a: Box<Account<'info, Mint>>,
    /// Second mint; checked by its type.
    pub mint_b: Box<Account<'info, Mint>>,
    /// Tokens A of the pool, created here; checked by its seeds. Owned by the pool.
    #[account(
        init,
        payer = payer,
        seeds = [Pool::RESERVE_SEED, pool.key().as_ref(), mint_a.key().as_ref()],
        bump,
        token::mint = mint_a,
        token::authority = pool,
    )]
    pub reserve_a: Box<Account<'info, TokenAccount>>,
    /// Tokens B of the pool, created here; checked by its seeds. Owned by the pool.
    #[account(
        init,
        payer = payer,
        seeds = [Pool::RESERVE_SEED, pool.key().as_ref(), mint_b.key().as_ref()],
        bump,
        token::mint = mint_b,
        token::authority = pool,
    )]
    pub reserve_b: Box<Account<'info, TokenAccount>>,
    /// Owns the reserves' accounts; checked by its address.
    pub token_program: Program<'info, Token>,
    /// Creates the accounts; checked by its address.
    pub system_program: Program<'info, System>,
}

impl CreatePool<'_> {
    /// One spelling of each pair, and a bearable fee.
    fn validate(&self, fee_bps: u16) -> Result<()> {
        require!(
            self.mint_a.key() < self.mint_b.key(),
            ArenaError::MintsOutOfOrder
        );
        require!(fee_bps <= MAX_FEE_BPS, ArenaError::FeeTooHigh);
        Ok(())
    }
}

/// Sets the empty pool up. Errors: `MintsOutOfOrder`, `FeeTooHigh`.
pub fn handle_create_pool(ctx: Context<CreatePool>, fee_bps: u16) -> Result<()> {
    ctx.accounts.validate(fee_bps)?;
    let accounts = ctx.accounts;
    let pool = Pool {
        mint_a: accounts.mint_a.key(),
        mint_b: accounts.mint_b.key(),
        reserve_a: accounts.reserve_a.key(),
        reserve_b: accounts.reserve_b.key(),
        shares: 0,
        fee_bps,
        bump: ctx.bumps.pool,
    };
    accounts.pool.set_inner(pool);
    emit!(PoolCreated {
        pool: accounts.pool.key(),
        fee_bps
    });
    accounts.pool.invariant()
}
