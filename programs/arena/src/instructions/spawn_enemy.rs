use crate::state::Enemy;
use anchor_lang::prelude::*;

/// Accounts of `spawn_enemy`.
#[derive(Accounts)]
#[instruction(kind: u8)]
pub struct SpawnEnemy<'info> {
    /// Pays the rent; mut for that. Anyone: nothing about an enemy can be chosen but its kind.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The only enemy of this kind, created here; checked by its seeds.
    #[account(
        init,
        payer = payer,
        space = 8 + Enemy::INIT_SPACE,
        seeds = [Enemy::SEED, kind.to_le_bytes().as_ref()],
        bump,
    )]
    pub enemy: Account<'info, Enemy>,
    /// Creates the account; checked by its address.
    pub system_program: Program<'info, System>,
}

/// Sets the enemy up with the hit points of its kind; `UnknownKind` when there is none.
pub fn handle_spawn_enemy(ctx: Context<SpawnEnemy>, kind: u8) -> Result<()> {
    let hp = Enemy::traits(kind)?.hp;
    let enemy = &mut ctx.accounts.enemy;
    enemy.set_inner(Enemy {
        kind,
        bump: ctx.bumps.enemy,
        hp,
        defeats: 0,
    });
    enemy.invariant()
}
