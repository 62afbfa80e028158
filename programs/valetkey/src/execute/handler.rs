use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::{counters::set_fee_paid, ConfigView, Floor, SessionView},
    plan::{flags, ExecuteArgs, Inner},
    refusal::{Refusal, Result},
    scope::match_inner,
    session::check_live,
};

use super::{
    closes::Closed,
    effects::{write_effects, Effects, RuleTable},
    fee::check_fee,
    guards::check_guards,
    judge::check_visible,
    ledger::Ledger,
    outer::Outer,
    pins::check_pins,
    position_keys::{call_marked, check_position_keys},
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
    let Some(mut outer) = Outer::new(views) else {
        return Err(Refusal::new(ErrorCode::MissingAccount));
    };
    let session = load_session(&outer)?;
    let now = now()?;
    // The config's address stands in the session, where only a config of ours ever got; configs are never closed.
    check_live(&session, now, ConfigView::open(data(outer.config))?.epoch())?;

    let args = ExecuteArgs::parse(args)?;
    let once = check_guards(&args, &session, &outer)?;
    let mut payment = None;
    if args.flags & (flags::FEE | flags::POSITION_KEYS) != 0 {
        if let Some(fee) = args.fee {
            payment = Some(check_fee(fee, session, outer)?);
        }
        if args.flags & flags::POSITION_KEYS != 0 {
            outer.position_keys = args.raw_position_keys();
            check_position_keys(outer, session)?;
        }
    }
    // The first inner instruction is judged before anything is written or copied: most refusals end here.
    let mut inners = args.plan.iter().zip(0_u8..);
    let Some((mut inner, mut number)) = inners.next() else {
        return Err(Refusal::new(ErrorCode::EmptyPlan));
    };
    let judge = Judge {
        session: &session,
        outer: &outer,
        now,
    };
    let mut floor = judge.allow(&inner, number, None)?;

    let (rules, shape) = (RuleTable::of(&session), session.shape());
    // SAFETY: `session` is opened anew below; nothing else reads the account's data.
    let Effects { seq, has_pins } =
        unsafe { write_effects(outer.session, &args.plan, rules, once) }?;
    if let Some(payment) = &payment {
        // SAFETY: as above.
        set_fee_paid(unsafe { data_mut(outer.session) }, payment.paid)?;
    }
    let session = SessionView::with_shape(data(outer.session), shape)?;
    if has_pins {
        check_pins(session, outer, args.plan)?;
    }

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
    let lamports = outer.vault.lamports();
    let mut watch = Watch {
        outer: &outer,
        session: &session,
        tokens,
        ledger,
        vault_lamports: lamports,
        vault_start: lamports,
        vault_before: lamports,
        closed: Closed::default(),
    };
    watch.start()?;
    let judge = Judge {
        session: &session,
        outer: &outer,
        now,
    };
    let has_position_keys = !outer.position_keys.is_empty();
    loop {
        let in_place = |refusal: Refusal| refusal.inner(number).rule(inner.rule);
        if has_position_keys {
            call_marked(outer, session, inner, signer, calls)
        } else {
            call(views, &inner, &signer, calls)
        }
        .map_err(in_place)?;
        watch.after_call(&inner).map_err(in_place)?;
        watch.judge_call(floor).map_err(in_place)?;
        let Some(next) = inners.next() else { break };
        (inner, number) = next;
        floor = judge.allow(&inner, number, Some(watch.ledger))?;
    }
    if args.flags != 0 {
        watch.check_min_receive(&args)?;
    }
    watch.settle(now)?;
    let (grant_id, ledger) = (session.grant_id(), watch.ledger);
    // SAFETY: `session` and `watch` aren't used any more.
    ledger.write(unsafe { data_mut(outer.session) })?;
    if let Some(payment) = payment {
        payment.pay(outer, signer, calls)?;
    }

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

/// What every inner instruction is judged by.
struct Judge<'j, 'a> {
    session: &'j SessionView<'a>,
    outer: &'j Outer<'a>,
    now: i64,
}

impl Judge<'_, '_> {
    /// Whether the rule allows an inner instruction, and its limit what can be seen in it; returns the rule's floor.
    #[inline(always)]
    fn allow(&self, inner: &Inner, number: u8, ledger: Option<&Ledger>) -> Result<Option<Floor>> {
        let Self {
            session,
            outer,
            now,
        } = *self;
        let matched = match_inner(session, inner, outer, key(outer.vault), number)?;
        if let Some(visible) = matched.visible {
            let spent = ledger.map_or(0, |ledger| ledger.spent(&visible, session));
            check_visible(session, &visible, spent, now)
                .map_err(|refusal| refusal.inner(number).rule(inner.rule))?;
        }
        Ok(matched.rule.floor())
    }
}
