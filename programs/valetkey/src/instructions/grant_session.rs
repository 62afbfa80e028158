use anchor_lang::prelude::*;
use valetkey_engine::{
    errors::ErrorCode,
    layout::{ConfigView, SessionView},
    refusal::{Refusal, Result as Checked},
    terms::{check_session_key, session_size, write_sized_session, TermsContext},
};

use crate::{
    events::SessionGranted,
    nonce::refuse_durable_nonce,
    open_account::open_account,
    owners::Approval,
    refuse::{refuse, refuse_code},
    runtime::is_on_curve,
    terms_accounts::PassedAccounts,
};

#[derive(Accounts)]
pub struct GrantSession<'info> {
    /// Pays the rent and gets it back: signs, and is debited. Anyone.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: the vault's config, only read; owner and layout are checked in the handler.
    pub config: UncheckedAccount<'info>,
    /// CHECK: the session to be opened, hence mut; its address is derived from config and session key in the handler.
    #[account(mut)]
    pub session: UncheckedAccount<'info>,
    /// CHECK: the key that will sign during the session. It doesn't sign the grant; the handler refuses keys that can't be one.
    pub session_key: UncheckedAccount<'info>,
    /// Opens the account; its address is checked by the type.
    pub system_program: Program<'info, System>,
    /// CHECK: tells whether this is a durable-nonce transaction; its address is checked in the handler.
    pub instructions: UncheckedAccount<'info>,
    // Then the owners, as signers, and the accounts of the terms.
}

/// What a grant names beside its accounts; see `docs/layout.md` for the bytes of `terms`.
pub struct GrantSessionArgs {
    /// Random number that names the grant.
    pub grant_id: u64,
    /// Epoch of the config that the owners saw.
    pub epoch: u64,
    /// How many of the first remaining accounts are owners.
    pub owners: u8,
    /// The terms.
    pub terms: Vec<u8>,
}

impl GrantSession<'_> {
    /// Who approves, whether now, and for which key.
    fn validate(
        &self,
        args: &GrantSessionArgs,
        config: &ConfigView,
        owners: &[AccountInfo],
    ) -> Checked<()> {
        if config.epoch() != args.epoch {
            let refusal = Refusal::new(ErrorCode::EpochMismatch);
            return Err(refusal.asked(args.epoch).left(config.epoch()));
        }
        let sysvar = self.instructions.try_borrow_data();
        let sysvar = sysvar.map_err(|_| Refusal::new(ErrorCode::WrongSysvar))?;
        refuse_durable_nonce(self.instructions.key.as_array(), &sysvar)?;

        let mut approval = Approval::start(config)?;
        for owner in owners {
            approval.count_listed(owner.key.as_array(), owner.is_signer)?;
        }
        approval.finish()?;

        let key = self.session_key.key.as_array();
        check_session_key(
            key,
            is_on_curve(key),
            self.config.key.as_array(),
            config.vault(),
            config.owners(),
        )
    }
}

/// Creates the session that the owners approve by signing this transaction.
pub fn handle_grant_session<'info>(
    ctx: Context<'info, GrantSession<'info>>,
    args: GrantSessionArgs,
) -> Result<()> {
    let accounts = &*ctx.accounts;
    let Some((owners, passed)) = ctx
        .remaining_accounts
        .split_at_checked(usize::from(args.owners))
    else {
        return Err(refuse_code(ErrorCode::MissingAccount));
    };
    if *accounts.config.owner != crate::ID {
        return Err(refuse_code(ErrorCode::NotAVaultConfig));
    }
    let config_data = accounts.config.try_borrow_data()?;
    let config = ConfigView::open(&config_data).map_err(refuse)?;
    accounts.validate(&args, &config, owners).map_err(refuse)?;

    let (config_key, session_key) = (accounts.config.key, accounts.session_key.key);
    let seeds: [&[u8]; 3] = [b"session", config_key.as_ref(), session_key.as_ref()];
    let (address, bump) = Pubkey::find_program_address(&seeds, &crate::ID);
    if *accounts.session.key != address {
        return Err(refuse_code(ErrorCode::WrongSessionAddress));
    }
    if *accounts.session.owner != System::id() {
        return Err(refuse_code(ErrorCode::SessionExists));
    }

    let now = Clock::get()?.unix_timestamp;
    let size = session_size(&args.terms).map_err(refuse)?;
    let [tag, config_seed, key_seed] = seeds;
    let seeds: [&[u8]; 4] = [tag, config_seed, key_seed, &[bump]];
    let data = open_account(&accounts.payer, &accounts.session, &seeds, size)?;

    let context = TermsContext {
        now,
        epoch: args.epoch,
        grant_id: args.grant_id,
        grant_deadline: now,
        created_at: now,
        config: config_key.as_array(),
        vault: config.vault(),
        session_key: session_key.as_array(),
        rent_payer: accounts.payer.key.as_array(),
        program_id: crate::ID.as_array(),
        session_bump: bump,
        vault_bump: config.vault_bump(),
    };
    write_sized_session(&args.terms, &context, &PassedAccounts::of(passed)?, data)
        .map_err(refuse)?;
    let expires_at = SessionView::open(data).map_err(refuse)?.expires_at();
    emit!(SessionGranted {
        session: address,
        config: *config_key,
        session_key: *session_key,
        grant_id: args.grant_id,
        expires_at,
    });
    Ok(())
}
