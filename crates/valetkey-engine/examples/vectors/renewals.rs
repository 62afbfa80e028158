//! Vectors of renewals: a session and new terms to the session that it becomes, or refused.

use super::all::file;
use super::build::*;
use super::json::{hex, outcome};
use serde_json::{json, Value};
use valetkey_engine::layout::counters::*;
use valetkey_engine::limits::NewCounters;
use valetkey_engine::terms::{renew_session, RenewalContext};
use valetkey_engine::ErrorCode::{self, *};
use valetkey_engine::Result;

/// When the renewals land: an hour and a bit into the window.
pub const LATER: i64 = NOW + 4_000;

/// [`full`] with what a life leaves in it: executes, `once` numbers, uses, fees, limits (the first in the period that counts at
/// [`LATER`]), uses and caps of rules.
pub fn used() -> Vec<u8> {
    let mut data = grant(&full().bytes(), &full_mints()).expect("the full terms are good");
    for _ in 0..9 {
        bump_seq(&mut data).expect("an open session");
        spend_use(&mut data).expect("uses are left");
    }
    set_once(&mut data, 77, 0b1011).expect("an open session");
    data[288..296].copy_from_slice(&30_000u64.to_le_bytes());
    let counters = [
        (400, 1, 300),
        (5_000, 0, 0),
        (7, 0, 0),
        (2, 0, 2),
        (0, 0, 0),
    ];
    for (index, (spent, period, period_spent)) in counters.into_iter().enumerate() {
        let counters = NewCounters {
            spent,
            period,
            period_spent,
        };
        set_limit(&mut data, index, &counters).expect("an open session");
    }
    for (rule, uses, cap) in [(0, 3, 0), (7, 4, 999_999), (8, 1, 99)] {
        let at = open(&data).rule_offset(rule).expect("a rule of the terms");
        for _ in 0..uses {
            spend_rule_use(&mut data, at).expect("uses are left");
        }
        if cap > 0 {
            spend_cap(&mut data, at, cap).expect("the cap has so much");
        }
    }
    data
}

pub fn renewal(old: &[u8], terms: &[u8], ctx: &RenewalContext) -> Result<Vec<u8>> {
    let mut out = vec![0xaa; old.len()];
    renew_session(old, terms, ctx, &full_mints(), &mut out)?;
    Ok(out)
}

pub fn renewal_context(old: &[u8]) -> RenewalContext<'static> {
    RenewalContext {
        now: LATER,
        epoch: 3,
        revision: u32::from_le_bytes(old[20..24].try_into().expect("four bytes")),
        program_id: &PROGRAM_ID,
    }
}

type Case = (
    &'static str,
    Vec<u8>,
    Terms,
    RenewalContext<'static>,
    Option<ErrorCode>,
);

fn good() -> Vec<Case> {
    let with = |name, change: fn(&mut Terms)| {
        let old = used();
        let ctx = renewal_context(&old);
        (name, old, full().with(change), ctx, None)
    };
    let mut cases = vec![
        with("the same terms", |_| {}),
        with("a later end, more uses, other opt-ins", |t| {
            (t.expires_at, t.uses, t.flags) = (LATER + 9 * DAY, 1_000, 0b1100);
            (t.origin, t.guardian) = (None, None);
        }),
        with("fewer uses than were spent", |t| t.uses = 3),
        with("unlimited uses", |t| (t.uses, t.flags) = (0, 0b1110)),
        with("no fee budget", |t| t.fee = None),
        with("another sponsor", |t| t.fee = Some((9, 100_000, 1))),
        with("a limit that leaves nothing", |t| t.limits[1].total = 1),
        with("a limit without a bound per execute", |t| {
            t.limits[0].per_execute = None;
        }),
        with("the unused limit dropped", |t| {
            t.limits.pop();
        }),
        with("limits in another order", |t| t.limits.reverse()),
        with("a period where there was none", |t| {
            t.limits[1].per_period = Some((9, 60));
        }),
        with("keys in another order", |t| {
            t.keys.swap(6, 9);
            let swap = |index: &mut u8| match *index {
                6 => *index = 9,
                9 => *index = 6,
                _ => {}
            };
            t.limits
                .iter_mut()
                .for_each(|limit| swap(&mut limit.source));
            if let Some((sponsor, _, _)) = &mut t.fee {
                swap(sponsor);
            }
        }),
        with("rules in another order", |t| t.rules.reverse()),
        with("a rule dropped, another one new", |t| {
            t.rules[0].id = 90;
        }),
        with("uses of a rule dropped, its cap on another field", |t| {
            let rule = &mut t.rules[8];
            (rule.flags, rule.uses) = (16, None);
            rule.cap = Some((8, 0, 5, 0));
        }),
    ];
    let old = used();
    // The first limit's period is over.
    let over = RenewalContext {
        now: NOW + 7_200,
        ..renewal_context(&old)
    };
    let shorter = full().with(|t| t.limits[0].per_period = Some((700, 60)));
    cases.push((
        "another length once the period is over",
        old.clone(),
        shorter,
        over,
        None,
    ));
    let early = RenewalContext {
        now: NOW + 5,
        ..renewal_context(&old)
    };
    let begins = grant(
        &full().with(|t| t.starts_at = NOW + 60).bytes(),
        &full_mints(),
    );
    let begins = begins.expect("the full terms are good");
    let terms = full().with(|t| t.starts_at = NOW + 60);
    cases.push(("before the window opens", begins, terms, early, None));
    cases
}

fn bad() -> Vec<Case> {
    let with = |name, code, change: fn(&mut Terms)| {
        let old = used();
        let ctx = renewal_context(&old);
        (name, old, full().with(change), ctx, Some(code))
    };
    let at = |name, code, change: fn(&mut RenewalContext)| {
        let old = used();
        let mut ctx = renewal_context(&old);
        change(&mut ctx);
        (name, old, full(), ctx, Some(code))
    };
    let mut cases = vec![
        with("another start", BadWindow, |t| t.starts_at += 1),
        with("an end that is over", BadWindow, |t| t.expires_at = LATER),
        with("an end too far away", BadWindow, |t| {
            t.expires_at = LATER + 365 * DAY + 1;
        }),
        with("no rule", EmptyScope, |t| t.rules.clear()),
        with("a version that isn't", TermsMalformed, |t| t.version = 2),
        with("more than the account has room for", TermsTooLarge, |t| {
            let rule = &mut t.rules[9];
            *rule = rule.clone().at(0, 2, &[]);
        }),
        with("another length of a period in use", PeriodInUse, |t| {
            t.limits[0].per_period = Some((700, 3_601));
        }),
        with("no period where one is in use", PeriodInUse, |t| {
            t.limits[0].per_period = None;
        }),
        with("a spent limit dropped", SpentLimitDropped, |t| {
            t.limits.remove(1);
        }),
        with(
            "a spent wallet's limit on another wallet",
            SpentLimitDropped,
            |t| {
                t.limits[2].source = 9;
            },
        ),
        with("an id on another instruction", RuleIdReused, |t| {
            t.rules[7].discriminator = vec![8; 8];
        }),
        with("an id in another mode", RuleIdReused, |t| {
            t.rules[8].mode = 0;
        }),
        with("an id on another program", RuleIdReused, |t| {
            t.rules[9].program = 6;
        }),
        at("another revision", RevisionMismatch, |ctx| ctx.revision = 1),
        at("at its end", SessionExpired, |ctx| ctx.now = NOW + DAY),
        at("a stale epoch", EpochStale, |ctx| ctx.epoch = 4),
    ];
    let mut revoked = used();
    set_revoked(&mut revoked).expect("an open session");
    let ctx = renewal_context(&revoked);
    cases.push((
        "a revoked session",
        revoked,
        full(),
        ctx,
        Some(SessionRevoked),
    ));
    cases
}

pub fn renewals() -> Value {
    let cases = good()
        .into_iter()
        .chain(bad())
        .map(|(name, old, terms, ctx, expect)| {
            let bytes = terms.bytes();
            let found =
                renewal(&old, &bytes, &ctx).map(|session| json!({ "session": hex(&session) }));
            let mut value = outcome(name, expect, found);
            value["name"] = json!(name);
            value["before"] = json!(hex(&old));
            value["terms"] = json!(hex(&bytes));
            value["now"] = json!(ctx.now.to_string());
            value["epoch"] = json!(ctx.epoch.to_string());
            value["revision"] = json!(ctx.revision);
            value
        })
        .collect();
    let mints: Vec<Value> = full_mints()
        .0
        .iter()
        .map(|a| json!({ "key": hex(&a.key), "owner": hex(&a.owner), "data": hex(&a.data) }))
        .collect();
    let mut value = file(
        "Renewals: the account `before`, new terms, and what it becomes, or the refusal. `accounts` are the mints of all cases.",
        cases,
    );
    value["accounts"] = json!(mints);
    value["programId"] = json!(hex(&PROGRAM_ID));
    value
}
