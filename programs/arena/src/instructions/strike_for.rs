use super::strike::strike;
use crate::{
    errors::ArenaError,
    instruction,
    session::{account, refused, VALETKEY},
    state::{Enemy, Player},
};
use anchor_lang::{prelude::*, InstructionData};
use valetkey_verify::{verify, Expect, SessionAccounts};

/// Accounts of `strike_for`.
#[derive(Accounts)]
pub struct StrikeFor<'info> {
    /// The owner of the player, or a session key of the owner; signs. Not mut: a strike costs no lamports.
    pub authority: Signer<'info>,
    /// CHECK: whose player it is, by the player's seeds; `validate` asks for the owner's signature or a session.
    pub owner: UncheckedAccount<'info>,
    /// Who strikes; mut: spends energy, earns. Checked by its seeds.
    #[account(mut, seeds = [Player::SEED, owner.key().as_ref()], bump = player.bump)]
    pub player: Account<'info, Player>,
    /// Who is struck; mut: loses hit points. Any enemy; checked by its type.
    #[account(mut)]
    pub enemy: Account<'info, Enemy>,
    /// CHECK: the session of the session key; checked by `valetkey-verify`. Left out when the owner signs.
    pub session: Option<UncheckedAccount<'info>>,
    /// CHECK: the vault config of the session; checked by `valetkey-verify`. Left out when the owner signs.
    pub config: Option<UncheckedAccount<'info>>,
}

impl StrikeFor<'_> {
    /// The owner signed, or a session key whose session allows this strike without counting it.
    #[inline(always)]
    fn validate(&self, energy: u16, now: i64) -> Result<()> {
        if self.authority.key == self.owner.key {
            return Ok(());
        }
        let (Some(session), Some(config)) = (&self.session, &self.config) else {
            return err!(ArenaError::NotTheOwner);
        };
        let [session_key, session, config] =
            [account(&self.authority), account(session), account(config)];
        let accounts = SessionAccounts {
            session_key,
            session,
            config,
        };
        let expect = Expect {
            valetkey: VALETKEY.as_array(),
            program_id: crate::ID.as_array(),
            authority: self.owner.key.as_array(),
            ix_data: &instruction::StrikeFor { energy }.data(),
            accounts: [
                session_key,
                account(&self.owner),
                account(&self.player),
                account(&self.enemy),
                session,
                config,
            ],
        };
        verify(&accounts, &expect, now).map_err(refused)?;
        Ok(())
    }
}

/// Counts rest, then strikes. Errors: `NotTheOwner`, `SessionRefused`, `StrikeOutOfRange`, `NotEnoughEnergy`, `TooWounded`.
pub fn handle_strike_for(ctx: Context<StrikeFor>, energy: u16) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    ctx.accounts.validate(energy, now)?;
    let StrikeFor { player, enemy, .. } = ctx.accounts;
    strike(player, enemy, energy, now)
}
