use crate::{
    errors::ArenaError, events::LiquidityChanged, instructions::ChangeLiquidity, state::Pool,
    token::pay_out,
};
use anchor_lang::prelude::*;

/// Takes the shares back, then pays their part of both reserves. Errors: `AmountIsZero`,
/// `NotEnoughShares`, `SlippageExceeded`.
pub fn handle_remove_liquidity(
    ctx: Context<ChangeLiquidity>,
    shares: u64,
    min_a: u64,
    min_b: u64,
) -> Result<()> {
    require!(shares > 0, ArenaError::AmountIsZero);
    let accounts = ctx.accounts;
    let (in_a, in_b) = (accounts.reserve_a.amount, accounts.reserve_b.amount);
    let amounts = accounts.pool.withdrawal(shares, in_a, in_b)?;
    require!(
        amounts.a >= min_a && amounts.b >= min_b,
        ArenaError::SlippageExceeded
    );

    let position = &mut accounts.position;
    position.shares = position
        .shares
        .checked_sub(shares)
        .ok_or(ArenaError::NotEnoughShares)?;
    let pool = &mut accounts.pool;
    pool.shares = pool
        .shares
        .checked_sub(shares)
        .ok_or(ArenaError::NotEnoughShares)?;

    let (program, signer) = (&accounts.token_program, accounts.pool.to_account_info());
    let pool = &accounts.pool;
    let bump = [pool.bump];
    let seeds = [
        Pool::SEED,
        pool.mint_a.as_ref(),
        pool.mint_b.as_ref(),
        &bump,
    ];
    let (from_a, to_a) = (&accounts.reserve_a, &accounts.token_a);
    let (from_b, to_b) = (&accounts.reserve_b, &accounts.token_b);
    pay_out(program, from_a, to_a, signer.clone(), &seeds, amounts.a)?;
    pay_out(program, from_b, to_b, signer, &seeds, amounts.b)?;
    emit!(LiquidityChanged {
        pool: pool.key(),
        owner: accounts.position.owner,
        added: false,
        amount_a: amounts.a,
        amount_b: amounts.b,
        shares,
    });
    pool.invariant()
}
