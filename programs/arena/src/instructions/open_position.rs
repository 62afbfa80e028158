use crate::state::{Pool, Position};
use anchor_lang::prelude::*;

/// Accounts of `open_position`.
#[derive(Accounts)]
pub struct OpenPosition<'info> {
    /// Owner of the shares to come; not mut: it pays nothing.
    pub authority: Signer<'info>,
    /// Pays the rent; mut for that. May be the authority.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The pool; not mut: no share moves yet. Any pool; checked by its type.
    pub pool: Account<'info, Pool>,
    /// The share account, created here; checked by its seeds.
    #[account(
        init,
        payer = payer,
        space = 8 + Position::INIT_SPACE,
        seeds = [Position::SEED, pool.key().as_ref(), authority.key().as_ref()],
        bump,
    )]
    pub position: Account<'info, Position>,
    /// Creates the account; checked by its address.
    pub system_program: Program<'info, System>,
}

/// Records pool and owner.
pub fn handle_open_position(ctx: Context<OpenPosition>) -> Result<()> {
    ctx.accounts.position.set_inner(Position {
        pool: ctx.accounts.pool.key(),
        owner: ctx.accounts.authority.key(),
        shares: 0,
        bump: ctx.bumps.position,
    });
    Ok(())
}
