use super::claim_loot::claim;
use crate::{
    errors::ArenaError,
    instruction,
    session::{account, count, not_counted, INSTRUCTIONS, VALETKEY},
    state::{Player, LOOT_AUTHORITY_SEED, LOOT_MINT_SEED},
};
use anchor_lang::{prelude::*, InstructionData};
use anchor_spl::token::{Mint, MintTo, Token, TokenAccount};
use valetkey_verify::{verify_and_consume, Expect, SessionAccounts};

/// Accounts of `claim_loot_for`.
#[derive(Accounts)]
pub struct ClaimLootFor<'info> {
    /// The owner of the player, or a session key of the owner; signs. Not mut: pays nothing.
    pub authority: Signer<'info>,
    /// CHECK: whose player it is, by the player's seeds; `validate` asks for the owner's signature or a session.
    pub owner: UncheckedAccount<'info>,
    /// Who earned the loot; mut: counts what was minted. Checked by its seeds.
    #[account(mut, seeds = [Player::SEED, owner.key().as_ref()], bump = player.bump)]
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
    /// CHECK: the session of the session key, mut: its use is counted. Checked by `valetkey-verify`; left out when the owner signs.
    #[account(mut)]
    pub session: Option<UncheckedAccount<'info>>,
    /// CHECK: the vault config of the session; checked by `valetkey-verify`. Left out when the owner signs.
    pub config: Option<UncheckedAccount<'info>>,
    /// CHECK: the instructions sysvar, by its address: Valetkey asks it whose program counts. Left out when the owner signs.
    #[account(address = INSTRUCTIONS)]
    pub instructions: Option<UncheckedAccount<'info>>,
    /// CHECK: the Valetkey program, by its address: it counts. Left out when the owner signs.
    #[account(address = VALETKEY)]
    pub valetkey: Option<UncheckedAccount<'info>>,
}

impl ClaimLootFor<'_> {
    /// Loot goes to whoever earned it; the owner signed, or a session key whose session allows this claim and has counted it.
    fn validate(&self, amount: u64) -> Result<()> {
        require!(amount > 0, ArenaError::AmountIsZero);
        let earner = self.owner.key();
        require_keys_eq!(self.destination.owner, earner, ArenaError::LootToStranger);
        if *self.authority.key == earner {
            return Ok(());
        }
        let (Some(session), Some(config), Some(instructions), Some(valetkey)) = (
            &self.session,
            &self.config,
            &self.instructions,
            &self.valetkey,
        ) else {
            return err!(ArenaError::NotTheOwner);
        };
        let accounts = SessionAccounts {
            session_key: account(&self.authority),
            session: account(session),
            config: account(config),
        };
        let expect = Expect {
            valetkey: VALETKEY.as_array(),
            program_id: crate::ID.as_array(),
            authority: earner.as_array(),
            ix_data: &instruction::ClaimLootFor { amount }.data(),
            accounts: [
                account(&self.authority),
                account(&self.owner),
                account(&self.player),
                account(&self.loot_mint),
                account(&self.loot_authority),
                account(&self.destination),
                account(&self.token_program),
                account(session),
                account(config),
                account(instructions),
                account(valetkey),
            ],
        };
        let now = Clock::get()?.unix_timestamp;
        verify_and_consume(&accounts, &expect, now, |call| {
            count(call, &self.authority, session, config, instructions)
        })
        .map_err(not_counted)?;
        Ok(())
    }
}

/// Counts the loot as minted, then mints it. Errors: `NotTheOwner`, `SessionRefused`, `AmountIsZero`, `LootToStranger`,
/// `LootNotEarned`, and Valetkey's own when a use can't be counted.
pub fn handle_claim_loot_for(ctx: Context<ClaimLootFor>, amount: u64) -> Result<()> {
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
