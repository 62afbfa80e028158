//! `renew_session` and `renew_session_proposed`: new terms for a live session.

use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::{proposal::Kind, ConfigView, SessionView},
    proposal::RenewalPayload,
    refusal::{Refusal, Result},
    terms::{check_keys_inline, renew_session, RenewalContext},
};

use super::{
    accounts::PassedAccounts,
    args::RenewArgs,
    owners::{check_owners, open_config},
    space::session_space,
};
use crate::{
    events::log_session_renewed,
    proposals::{consume_proposal_view, open_enactment, PassedProposal},
    runtime::now,
    views::{data, data_mut, key, owner},
};

/// A session that may become another one, as soon as it is found to be live and the terms to be good.
struct Renewal<'a> {
    config_view: &'a AccountView,
    config: &'a ConfigView<'a>,
    session: &'a AccountView,
    revision: u32,
    now: i64,
    terms: &'a [u8],
    passed: &'a [AccountView],
}

/// Gives a live session the terms that the owners approve by signing this transaction.
pub fn handle_renew_session(views: &[AccountView], args: &[u8]) -> Result<()> {
    let [config_view, session, instructions, rest @ ..] = views else {
        return Err(Refusal::new(ErrorCode::MissingAccount));
    };
    let args = RenewArgs::parse(args)?;
    let config = open_config(config_view)?;
    let passed = check_owners(&args.signed, args.epoch, &config, instructions, rest, views)?;
    renew(&Renewal {
        config_view,
        config: &config,
        session,
        revision: args.revision,
        now: now()?,
        terms: args.signed.terms,
        passed,
    })
}

/// Gives a live session the terms of an approved proposal, and consumes it. Anyone may call.
pub fn handle_renew_session_proposed(views: &[AccountView], args: &[u8]) -> Result<()> {
    if !args.is_empty() {
        return Err(Refusal::new(ErrorCode::TrailingBytes).asked(args.len() as u64));
    }
    let [config_view, session, proposal, proposal_payer, passed @ ..] = views else {
        return Err(Refusal::new(ErrorCode::MissingAccount));
    };
    let config = open_config(config_view)?;
    let offered = PassedProposal {
        owner: owner(proposal),
        data: data(proposal),
        payer: key(proposal_payer),
    };
    let now = now()?;
    let approved = open_enactment(&offered, key(config_view), &config, Kind::Renewal, now)?;
    let payload = RenewalPayload::read(&approved)?;
    check_keys_inline(payload.terms)?;
    if !key_eq(payload.session, key(session)) {
        return Err(Refusal::new(ErrorCode::WrongSessionAddress));
    }
    renew(&Renewal {
        config_view,
        config: &config,
        session,
        revision: payload.revision,
        now,
        terms: payload.terms,
        passed,
    })?;
    consume_proposal_view(proposal, proposal_payer, key(config_view))
}

/// Checks session and terms and writes what the session becomes. Who approved is for the caller to have checked.
#[inline(never)]
fn renew(renewal: &Renewal) -> Result<()> {
    let session = renewal.session;
    if !key_eq(owner(session), crate::ID.as_array()) {
        return Err(Refusal::new(ErrorCode::NotASession));
    }
    let old = data(session);
    let config_key = key(renewal.config_view);
    if !key_eq(SessionView::open(old)?.config(), config_key) {
        return Err(Refusal::new(ErrorCode::WrongConfig));
    }
    let context = RenewalContext {
        now: renewal.now,
        epoch: renewal.config.epoch(),
        revision: renewal.revision,
        program_id: crate::ID.as_array(),
    };
    // SAFETY: the raw path allocates nothing, and this is its only space.
    let space = unsafe { session_space() };
    let passed = PassedAccounts(renewal.passed);
    renew_session(old, renewal.terms, &context, &passed, space)?;
    let Some(bytes) = space.get(..old.len()) else {
        return Err(Refusal::new(ErrorCode::NotASession));
    };
    let (revision, expires_at) = {
        let new = SessionView::open(bytes)?;
        (new.revision(), new.expires_at())
    };
    // SAFETY: `old` isn't used any more, and no other slice of the session's data is.
    unsafe { data_mut(session) }.copy_from_slice(bytes);
    log_session_renewed(key(session), config_key, revision, expires_at);
    Ok(())
}
