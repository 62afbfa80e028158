use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::{ConfigView, SessionView},
    plan::ExecuteArgs,
    refusal::{Refusal, Result},
    scope::match_inner,
    session::check_live,
};

use super::{
    effects::{write_effects, RuleOffsets},
    guards::check_guards,
    judge::write_settled,
    outer::Outer,
    watch::Watch,
    workspace::{workspace, Workspace},
};
use crate::{
    calls::{call, VaultSigner},
    events::log_session_used,
    runtime::{is_top_level, now},
    views::{data, data_mut, key, owner},
};

/// Runs a plan under the terms of a session. The order of work is that of the threat catalogue, section 2.
#[inline(always)]
pub fn handle_execute(views: &[AccountView], args: &[u8]) -> Result<()> {
    if !is_top_level() {
        return Err(Refusal::new(ErrorCode::NotTopLevel));
    }
    let Some(outer) = Outer::new(views) else {
        return Err(Refusal::new(ErrorCode::MissingAccount));
    };
    let session = load_session(&outer)?;
    let now = now()?;
    // The config's address stands in the session, where only a config of ours ever got; configs are never closed.
    check_live(&session, now, ConfigView::open(data(outer.config))?.epoch())?;

    let args = ExecuteArgs::parse(args)?;
    let once = check_guards(&args, &session, &outer)?;
    let rules = RuleOffsets::of(&session, &args.plan)?;
    // SAFETY: `session` is opened anew below; nothing else reads the account's data.
    let seq = unsafe { write_effects(outer.session, &args.plan, &rules, once) }?;
    let session = SessionView::open(data(outer.session))?;

    // SAFETY: the raw path allocates nothing, and this is its only workspace.
    let Workspace {
        calls,
        tokens,
        ledger,
    } = unsafe { workspace() };
    let signer = VaultSigner {
        vault: outer.vault,
        config: outer.config,
        bump: session.vault_bump(),
    };
    let mut watch = Watch::start(outer, session, now, tokens, ledger)?;
    for (inner, number) in args.plan.iter().zip(0_u8..) {
        let matched = match_inner(&session, &inner, &outer, key(outer.vault), number)?;
        let in_place = |refusal: Refusal| refusal.inner(number).rule(inner.rule);
        if let Some(visible) = matched.visible {
            watch.before_call(&visible).map_err(in_place)?;
        }
        call(views, &inner, &signer, calls).map_err(in_place)?;
        watch.after_call(&inner).map_err(in_place)?;
        watch.judge_call(matched.rule.floor()).map_err(in_place)?;
    }
    watch.check_min_receive(&args)?;
    let settled = watch.settle()?;
    let grant_id = session.grant_id();
    // SAFETY: `session` and `watch` aren't used any more.
    write_settled(unsafe { data_mut(outer.session) }, &settled)?;

    log_session_used(key(outer.session), grant_id, seq, args.once.unwrap_or(0));
    Ok(())
}

/// The session, when it is ours and everything passed is what it names.
#[inline(always)]
fn load_session<'a>(outer: &Outer<'a>) -> Result<SessionView<'a>> {
    if !key_eq(owner(outer.session), crate::ID.as_array()) {
        return Err(Refusal::new(ErrorCode::NotASession));
    }
    let session = SessionView::open(data(outer.session))?;
    if !key_eq(session.config(), key(outer.config)) {
        return Err(Refusal::new(ErrorCode::WrongConfig));
    }
    if !key_eq(session.vault(), key(outer.vault)) {
        return Err(Refusal::new(ErrorCode::WrongVault));
    }
    if !outer.session_key.is_signer() || !key_eq(session.session_key(), key(outer.session_key)) {
        return Err(Refusal::new(ErrorCode::NotSessionKey));
    }
    Ok(session)
}
