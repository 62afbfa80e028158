use core::cell::Cell;

use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::{ConfigView, SessionView},
    plan::{ExecuteArgs, Plan},
    refusal::{Refusal, Result},
    session::check_live,
};

use super::{
    closes::Closed,
    effects::{write_effects, Effects, RuleTable},
    guards::Demands,
    outer::Outer,
    pins::check_pins,
    position_keys::call_marked,
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
    let clean = Cell::new(0);
    let Some(mut outer) = Outer::new(views, &clean) else {
        return Err(Refusal::new(ErrorCode::MissingAccount));
    };
    let session = load_session(&outer)?;
    let now = now()?;
    // The config's address stands in the session, where only a config of ours ever got; configs are never closed.
    check_live(&session, now, ConfigView::open(data(outer.config))?.epoch())?;

    // SAFETY: the raw path allocates nothing, and this is its only workspace.
    let Workspace {
        calls,
        tokens,
        ledger,
        demands: place,
    } = unsafe { workspace() };
    let (plan, demands) = match ExecuteArgs::unguarded(args) {
        Some(plan) => (Plan::parse(plan)?, None),
        None => {
            let demands = Demands::read(args, &session, &mut outer, place)?;
            (demands.args.plan, Some(demands))
        }
    };
    let lamports = outer.vault.lamports();
    let mut watch = Watch {
        outer: &outer,
        session: &session,
        now,
        tokens,
        ledger,
        vault_lamports: lamports,
        vault_start: lamports,
        vault_before: lamports,
        closed: Closed::default(),
    };
    watch.start()?;
    // The first inner instruction is judged before anything is written: most refusals end here.
    let mut inners = plan.iter().zip(0_u8..);
    let Some((mut inner, mut number)) = inners.next() else {
        return Err(Refusal::new(ErrorCode::EmptyPlan));
    };
    let mut floor = watch.allow(&inner, number)?;

    let (rules, shape) = (RuleTable::of(&session), session.shape());
    // SAFETY: the view of the session is opened anew below; nothing else reads the account's data.
    let Effects { seq, has_pins } = unsafe { write_effects(outer.session, &plan, rules, demands) }?;
    let session = SessionView::with_shape(data(outer.session), shape)?;
    watch.session = &session;
    if has_pins {
        check_pins(session, outer, plan)?;
    }
    let bump = [session.vault_bump()];
    let signer = VaultSigner::new(outer.vault, outer.config, &bump);
    let has_position_keys = !outer.position_keys.is_empty();
    loop {
        let in_place = |refusal: Refusal| refusal.inner(number).rule(inner.rule);
        if has_position_keys {
            call_marked(outer, session, inner, &signer, calls)
        } else {
            call(views, &inner, &signer, calls)
        }
        .map_err(in_place)?;
        watch.after_call(&inner).map_err(in_place)?;
        watch.judge_call(floor).map_err(in_place)?;
        let Some(next) = inners.next() else { break };
        (inner, number) = next;
        floor = watch.allow(&inner, number)?;
    }
    if let Some(demands) = demands {
        watch.check_min_receive(&demands.args)?;
    }
    watch.settle()?;
    let (grant_id, ledger) = (session.grant_id(), watch.ledger);
    // SAFETY: `watch` and the view of the session aren't used any more.
    ledger.write(unsafe { data_mut(outer.session) })?;
    let mut once = 0;
    if let Some(demands) = demands {
        once = demands.args.once.unwrap_or(0);
        if let Some(payment) = demands.payment {
            payment.pay(outer, &signer, calls)?;
        }
    }

    log_session_used(key(outer.session), grant_id, seq, once);
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
