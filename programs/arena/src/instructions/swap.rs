use crate::{
    errors::ArenaError,
    events::Swapped,
    state::Pool,
    token::{pay_in, pay_out},
};
use anchor_lang::prelude::*;
use anchor_spl::token::{Token, TokenAccount};

/// Accounts of `swap`. The direction is told by the order of the reserves.
#[derive(Accounts)]
pub struct Swap<'info> {
    /// May move the tokens of `source`: its owner, or its delegate. Not mut: pays no lamports.
    pub authority: Signer<'info>,
    /// The pool; not mut: its state is in the reserves, so swaps of other pools run in parallel. Any
    /// pool; checked by its type.
    pub pool: Box<Account<'info, Pool>>,
    /// Reserve of the token that is sold; mut: grows. Checked in `validate`.
    #[account(mut)]
    pub reserve_in: Box<Account<'info, TokenAccount>>,
    /// Reserve of the token that is bought; mut: shrinks. Checked in `validate`.
    #[account(mut)]
    pub reserve_out: Box<Account<'info, TokenAccount>>,
    /// Pays; mut. Its authority and mint are checked by the token program.
    #[account(mut)]
    pub source: Box<Account<'info, TokenAccount>>,
    /// Receives; mut. Its mint is checked by the token program; whose it is, is the caller's choice.
    #[account(mut)]
    pub destination: Box<Account<'info, TokenAccount>>,
    /// Moves the tokens; checked by its address.
    pub token_program: Program<'info, Token>,
}

impl Swap<'_> {
    /// Something is sold, and the reserves are the pool's two.
    fn validate(&self, amount_in: u64) -> Result<()> {
        require!(amount_in > 0, ArenaError::AmountIsZero);
        let given = (self.reserve_in.key(), self.reserve_out.key());
        let (a, b) = (self.pool.reserve_a, self.pool.reserve_b);
        require!(given == (a, b) || given == (b, a), ArenaError::WrongReserve);
        Ok(())
    }
}

/// Prices the swap, takes the payment, pays out. Errors: `AmountIsZero`, `WrongReserve`,
/// `PoolIsEmpty`, `SlippageExceeded`.
pub fn handle_swap(ctx: Context<Swap>, amount_in: u64, min_out: u64) -> Result<()> {
    ctx.accounts.validate(amount_in)?;
    let Swap {
        authority,
        pool,
        reserve_in,
        reserve_out,
        source,
        destination,
        token_program,
    } = ctx.accounts;
    let amount_out = pool.quote(amount_in, reserve_in.amount, reserve_out.amount)?;
    require!(amount_out >= min_out, ArenaError::SlippageExceeded);

    pay_in(token_program, source, reserve_in, authority, amount_in)?;
    let bump = [pool.bump];
    let seeds = [
        Pool::SEED,
        pool.mint_a.as_ref(),
        pool.mint_b.as_ref(),
        &bump,
    ];
    let signer = pool.to_account_info();
    pay_out(
        token_program,
        reserve_out,
        destination,
        signer,
        &seeds,
        amount_out,
    )?;

    let authority = authority.key();
    emit!(Swapped {
        pool: pool.key(),
        authority,
        amount_in,
        amount_out
    });
    pool.invariant()
}
