//! `grant_session` and `grant_session_proposed`: a session under terms that the owners approve.

use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::{proposal::Kind, ConfigView, SessionView},
    programs::SYSTEM,
    proposal::GrantPayload,
    refusal::{Refusal, Result},
    terms::{check_keys_inline, check_session_key, write_session, TermsContext},
};

use super::{
    accounts::PassedAccounts,
    args::GrantArgs,
    owners::{check_owners, open_config},
    space::session_space,
};
use crate::{
    events::log_session_granted,
    open_account::open_view,
    proposals::{consume_proposal_view, open_enactment, PassedProposal},
    runtime::{find_address, is_on_curve, now},
    views::{data, key, owner},
};

/// A session that may be opened, as soon as its key, its address and its terms are found to be good.
struct NewSession<'a> {
    payer: &'a AccountView,
    config_view: &'a AccountView,
    config: &'a ConfigView<'a>,
    session: &'a AccountView,
    session_key: &'a AccountView,
    system: &'a AccountView,
    grant_id: u64,
    now: i64,
    terms: &'a [u8],
    passed: &'a [AccountView],
}

/// Creates the session that the owners approve by signing this transaction.
pub fn handle_grant_session(views: &[AccountView], args: &[u8]) -> Result<()> {
    let [payer, config_view, session, session_key, system, instructions, rest @ ..] = views else {
        return Err(Refusal::new(ErrorCode::MissingAccount));
    };
    check_payer_signs(payer)?;
    let args = GrantArgs::parse(args)?;
    let config = open_config(config_view)?;
    let passed = check_owners(&args.signed, args.epoch, &config, instructions, rest, views)?;
    open_session(&NewSession {
        payer,
        config_view,
        config: &config,
        session,
        session_key,
        system,
        grant_id: args.grant_id,
        now: now()?,
        terms: args.signed.terms,
        passed,
    })
}

/// Creates the session of an approved proposal, and consumes it. Anyone may call.
pub fn handle_grant_session_proposed(views: &[AccountView], args: &[u8]) -> Result<()> {
    if !args.is_empty() {
        return Err(Refusal::new(ErrorCode::TrailingBytes).asked(args.len() as u64));
    }
    let [payer, config_view, session, session_key, system, proposal, proposal_payer, passed @ ..] =
        views
    else {
        return Err(Refusal::new(ErrorCode::MissingAccount));
    };
    check_payer_signs(payer)?;
    let config = open_config(config_view)?;
    let offered = PassedProposal {
        owner: owner(proposal),
        data: data(proposal),
        payer: key(proposal_payer),
    };
    let now = now()?;
    let approved = open_enactment(&offered, key(config_view), &config, Kind::Grant, now)?;
    let payload = GrantPayload::read(&approved)?;
    check_keys_inline(payload.terms)?;
    if !key_eq(payload.session_key, key(session_key)) {
        return Err(Refusal::new(ErrorCode::WrongSessionAddress).outer(3));
    }
    open_session(&NewSession {
        payer,
        config_view,
        config: &config,
        session,
        session_key,
        system,
        grant_id: payload.grant_id,
        now,
        terms: payload.terms,
        passed,
    })?;
    consume_proposal_view(proposal, proposal_payer, key(config_view))
}

/// Nobody pays who didn't sign for it.
fn check_payer_signs(payer: &AccountView) -> Result<()> {
    if payer.is_signer() {
        Ok(())
    } else {
        Err(Refusal::new(ErrorCode::MissingSignature).outer(0))
    }
}

/// Checks key, address and terms, opens the account and writes it. Who approved is for the caller to have checked.
#[inline(never)]
fn open_session(new: &NewSession) -> Result<()> {
    let (config_key, session_key) = (key(new.config_view), key(new.session_key));
    check_session_key(
        session_key,
        is_on_curve(session_key),
        config_key,
        new.config.vault(),
        new.config.owners(),
    )?;
    if !key_eq(key(new.system), &SYSTEM) {
        return Err(Refusal::new(ErrorCode::MissingAccount).outer(4));
    }
    let (address, bump) = find_address(&[b"session", config_key, session_key])?;
    if !key_eq(key(new.session), &address) {
        return Err(Refusal::new(ErrorCode::WrongSessionAddress));
    }
    if !key_eq(owner(new.session), &SYSTEM) {
        return Err(Refusal::new(ErrorCode::SessionExists));
    }

    let context = TermsContext {
        now: new.now,
        epoch: new.config.epoch(),
        grant_id: new.grant_id,
        grant_deadline: new.now,
        created_at: new.now,
        config: config_key,
        vault: new.config.vault(),
        session_key,
        rent_payer: key(new.payer),
        program_id: crate::ID.as_array(),
        session_bump: bump,
        vault_bump: new.config.vault_bump(),
    };
    // SAFETY: the raw path allocates nothing, and this is its only space.
    let space = unsafe { session_space() };
    let size = write_session(new.terms, &context, &PassedAccounts(new.passed), space)?;
    let Some(bytes) = space.get(..size) else {
        return Err(Refusal::new(ErrorCode::TermsTooLarge));
    };
    let expires_at = SessionView::open(bytes)?.expires_at();

    let seeds: [&[u8]; 4] = [b"session", config_key, session_key, &[bump]];
    open_view(new.payer, new.session, &seeds, size)?.copy_from_slice(bytes);
    log_session_granted(&address, config_key, session_key, new.grant_id, expires_at);
    Ok(())
}
