use anchor_lang::prelude::*;
use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::{counters::raise_grant_deadline, ConfigView, SessionView},
    terms::{write_record, TermsContext, RECORD_SIZE},
};

use crate::{
    events::SessionRevoked,
    open_account::open_account,
    refuse::{refuse, refuse_code},
    revocation::revoke,
};

/// How far ahead the deadline of a record may lie, in seconds: no text lands later than that.
const MAX_DEADLINE_AHEAD: i64 = 365 * 24 * 60 * 60;

#[derive(Accounts)]
pub struct RevokeSession<'info> {
    /// Any owner, the guardian, or the session key: signs, isn't changed; which of them it is, the handler finds out.
    pub authority: Signer<'info>,
    /// CHECK: the session, or its future address; mut for its flag. Owner, layout or address are checked in the handler.
    #[account(mut)]
    pub session: UncheckedAccount<'info>,
    /// CHECK: the config that the session names, only read for its owners; checked in the handler.
    pub config: UncheckedAccount<'info>,
    /// Pays the rent of a record: signs, and is debited. Anyone; needed for a record only.
    #[account(mut)]
    pub payer: Option<Signer<'info>>,
    /// Opens a record's account; its address is checked by the type. Needed for a record only.
    pub system_program: Option<Program<'info, System>>,
}

/// What a record is for: texts of this session key that may still land.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy)]
pub struct RevokedRecord {
    /// The session key of the texts.
    pub session_key: Pubkey,
    /// The latest deadline of any of them, unix seconds.
    pub deadline: i64,
}

/// Ends a session. Where there is none, writes a revoked record instead, so that a signed text for this key can't land any more.
pub fn handle_revoke_session(
    ctx: Context<RevokeSession>,
    record: Option<RevokedRecord>,
) -> Result<()> {
    let accounts = &*ctx.accounts;
    match record {
        Some(record) if *accounts.session.owner != crate::ID => {
            write_revoked_record(accounts, record)?;
        }
        record => {
            if *accounts.session.owner != crate::ID {
                return Err(refuse_code(ErrorCode::NotASession));
            }
            if accounts.session.key == accounts.config.key {
                return Err(refuse_code(ErrorCode::WrongConfig));
            }
            let config = accounts.config.try_borrow_data()?;
            let mut session = accounts.session.try_borrow_mut_data()?;
            let (config_key, authority) = (accounts.config.key, accounts.authority.key);
            revoke(
                &mut session,
                config_key.as_array(),
                &config,
                authority.as_array(),
            )
            .map_err(refuse)?;
            if let Some(record) = record {
                outlast(&mut session, &config, authority, &record)?;
            }
        }
    }
    let (session, authority) = (*accounts.session.key, *accounts.authority.key);
    emit!(SessionRevoked { session, authority });
    Ok(())
}

/// Keeps the account of a session that ends now until the last text of its key has expired. Owners only: nobody else knows of
/// texts.
fn outlast(
    session: &mut [u8],
    config: &[u8],
    authority: &Pubkey,
    record: &RevokedRecord,
) -> Result<()> {
    let config = ConfigView::open(config).map_err(refuse)?;
    if !config.is_owner(authority.as_array()) {
        return Err(refuse_code(ErrorCode::NotAuthorized));
    }
    let view = SessionView::open(session).map_err(refuse)?;
    if !key_eq(view.session_key(), record.session_key.as_array()) {
        return Err(refuse_code(ErrorCode::WrongSessionAddress));
    }
    let now = Clock::get()?.unix_timestamp;
    if record.deadline > now.saturating_add(MAX_DEADLINE_AHEAD) {
        return Err(refuse_code(ErrorCode::DeadlineTooFar));
    }
    raise_grant_deadline(session, record.deadline).map_err(refuse)
}

/// Opens the account of a session that may still be granted by text, as revoked. Owners only.
fn write_revoked_record(accounts: &RevokeSession, record: RevokedRecord) -> Result<()> {
    let (Some(payer), Some(_)) = (&accounts.payer, &accounts.system_program) else {
        return Err(refuse_code(ErrorCode::MissingAccount));
    };
    let config_key = accounts.config.key;
    if *accounts.config.owner != crate::ID {
        return Err(refuse_code(ErrorCode::NotAVaultConfig));
    }
    let config_data = accounts.config.try_borrow_data()?;
    let config = ConfigView::open(&config_data).map_err(refuse)?;
    if !config.is_owner(accounts.authority.key.as_array()) {
        return Err(refuse_code(ErrorCode::NotAuthorized));
    }
    let now = Clock::get()?.unix_timestamp;
    if record.deadline <= now || record.deadline > now.saturating_add(MAX_DEADLINE_AHEAD) {
        return Err(refuse_code(ErrorCode::DeadlineTooFar));
    }
    let tag_and_keys = [b"session", config_key.as_ref(), record.session_key.as_ref()];
    let (address, bump) = Pubkey::find_program_address(&tag_and_keys, &crate::ID);
    if *accounts.session.key != address {
        return Err(refuse_code(ErrorCode::WrongSessionAddress));
    }
    let [tag, config_seed, key_seed] = tag_and_keys;
    let data = open_account(
        payer,
        &accounts.session,
        &[tag, config_seed, key_seed, &[bump]],
        RECORD_SIZE,
    )?;

    let record = TermsContext {
        now,
        epoch: config.epoch(),
        grant_id: 0,
        grant_deadline: record.deadline,
        created_at: now,
        config: config_key.as_array(),
        vault: config.vault(),
        session_key: record.session_key.as_array(),
        rent_payer: payer.key.as_array(),
        program_id: crate::ID.as_array(),
        session_bump: bump,
        vault_bump: config.vault_bump(),
    };
    write_record(data, &record).map_err(refuse)
}
