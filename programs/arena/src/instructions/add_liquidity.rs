use crate::{
    errors::ArenaError, events::LiquidityChanged, instructions::ChangeLiquidity, token::pay_in,
};
use anchor_lang::prelude::*;

/// Takes both tokens at the pool's price, then hands out shares. Errors: `AmountIsZero`,
/// `DepositTooSmall`, `SlippageExceeded`.
pub fn handle_add_liquidity(
    ctx: Context<ChangeLiquidity>,
    max_a: u64,
    max_b: u64,
    min_shares: u64,
) -> Result<()> {
    require!(max_a > 0 && max_b > 0, ArenaError::AmountIsZero);
    let accounts = ctx.accounts;
    let (in_a, in_b) = (accounts.reserve_a.amount, accounts.reserve_b.amount);
    let amounts = accounts.pool.deposit(max_a, max_b, in_a, in_b)?;
    require!(amounts.shares > 0, ArenaError::DepositTooSmall);
    require!(amounts.shares >= min_shares, ArenaError::SlippageExceeded);

    let (program, authority) = (&accounts.token_program, &accounts.authority);
    pay_in(
        program,
        &accounts.token_a,
        &accounts.reserve_a,
        authority,
        amounts.a,
    )?;
    pay_in(
        program,
        &accounts.token_b,
        &accounts.reserve_b,
        authority,
        amounts.b,
    )?;

    let (pool, position) = (&mut accounts.pool, &mut accounts.position);
    let new = amounts
        .shares
        .checked_add(amounts.locked)
        .ok_or(ArenaError::Overflow)?;
    pool.shares = pool.shares.checked_add(new).ok_or(ArenaError::Overflow)?;
    position.shares = position
        .shares
        .checked_add(amounts.shares)
        .ok_or(ArenaError::Overflow)?;
    emit!(LiquidityChanged {
        pool: pool.key(),
        owner: position.owner,
        added: true,
        amount_a: amounts.a,
        amount_b: amounts.b,
        shares: amounts.shares,
    });
    pool.invariant()
}
