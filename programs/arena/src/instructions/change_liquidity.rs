use crate::{
    errors::ArenaError,
    state::{Pool, Position},
};
use anchor_lang::prelude::*;
use anchor_spl::token::{Token, TokenAccount};

/// Accounts of `add_liquidity` and `remove_liquidity`.
#[derive(Accounts)]
pub struct ChangeLiquidity<'info> {
    /// Owner of the shares; not mut: pays tokens, not lamports.
    pub authority: Signer<'info>,
    /// The pool; mut: its shares change. Any pool; checked by its type.
    #[account(mut)]
    pub pool: Box<Account<'info, Pool>>,
    /// The authority's shares; mut: change. Checked by its seeds.
    #[account(
        mut,
        seeds = [Position::SEED, pool.key().as_ref(), authority.key().as_ref()],
        bump = position.bump,
    )]
    pub position: Box<Account<'info, Position>>,
    /// Tokens A of the pool; mut: change. Checked against the pool.
    #[account(mut, address = pool.reserve_a @ ArenaError::WrongReserve)]
    pub reserve_a: Box<Account<'info, TokenAccount>>,
    /// Tokens B of the pool; mut: change. Checked against the pool.
    #[account(mut, address = pool.reserve_b @ ArenaError::WrongReserve)]
    pub reserve_b: Box<Account<'info, TokenAccount>>,
    /// Tokens A of the caller; mut: change. Checked by the token program.
    #[account(mut)]
    pub token_a: Box<Account<'info, TokenAccount>>,
    /// Tokens B of the caller; mut: change. Checked by the token program.
    #[account(mut)]
    pub token_b: Box<Account<'info, TokenAccount>>,
    /// Moves the tokens; checked by its address.
    pub token_program: Program<'info, Token>,
}
