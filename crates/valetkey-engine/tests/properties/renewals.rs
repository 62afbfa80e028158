//! Renewals: what was spent stays counted, and nothing else of the old terms stays.

use crate::build::*;
use proptest::prelude::*;
use valetkey_engine::layout::counters::*;
use valetkey_engine::limits::NewCounters;
use valetkey_engine::terms::{renew_session, RenewalContext};
use valetkey_engine::Result;

fn renew(old: &[u8], terms: &Terms, now: i64) -> Result<Vec<u8>> {
    let ctx = RenewalContext {
        now,
        epoch: 3,
        revision: open(old).revision(),
        program_id: &PROGRAM_ID,
    };
    let mut out = vec![0x55; old.len()];
    renew_session(old, &terms.bytes(), &ctx, &full_mints(), &mut out)?;
    Ok(out)
}

/// A session of [`full`] in any state of its counters.
fn used() -> impl Strategy<Value = Vec<u8>> {
    let limits = prop::collection::vec((0u64..9_000, 0u64..30, 0u64..900), 5);
    let rules = (0u32..=3, 0u32..=9, 0u64..=1_000_000, 0u32..=7, 0u64..=99);
    let head = (0u32..=100, any::<u64>(), any::<u64>(), any::<u128>());
    (limits, rules, head).prop_map(|(limits, rules, (uses, seq, once, map))| {
        let mut data = grant(&full().bytes(), &full_mints()).unwrap();
        data[232..240].copy_from_slice(&seq.to_le_bytes());
        set_once(&mut data, once, map).unwrap();
        data[268..272].copy_from_slice(&uses.to_le_bytes());
        data[288..296].copy_from_slice(&(seq % 90_000).to_le_bytes());
        for (index, (spent, period, period_spent)) in limits.into_iter().enumerate() {
            let has_period = matches!(index, 0 | 3);
            let counters = NewCounters {
                spent,
                period: if has_period { period } else { 0 },
                period_spent: if has_period {
                    period_spent.min(spent)
                } else {
                    0
                },
            };
            set_limit(&mut data, index, &counters).unwrap();
        }
        let (first, uses, cap, native, native_cap) = rules;
        for (rule, uses, cap) in [(0, first, 0), (7, uses, cap), (8, native, native_cap)] {
            let at = open(&data).rule_offset(rule).unwrap();
            (0..uses).for_each(|_| spend_rule_use(&mut data, at).unwrap());
            if rule != 0 {
                spend_cap(&mut data, at, cap).unwrap();
            }
        }
        data
    })
}

/// New terms that fit: some limits and rules dropped or moved, other numbers.
fn terms() -> impl Strategy<Value = Terms> {
    let limits = prop::collection::vec(prop::option::weighted(0.8, 1u64..20_000), 5);
    let rules = prop::collection::vec(prop::option::weighted(0.8, 1u32..20), 10);
    let periods = (
        prop::option::weighted(0.9, prop::sample::select(vec![3_600u32, 60])),
        any::<bool>(),
    );
    (limits, rules, periods, 1u32..200, any::<bool>()).prop_filter_map(
        "a rule is needed",
        |(limits, rules, (period, order), uses, fee)| {
            let mut terms = full();
            terms.uses = uses;
            if fee {
                terms.fee = None;
            }
            terms.limits[0].per_period = period.map(|seconds| (700, seconds));
            let kept = terms
                .limits
                .iter()
                .zip(limits)
                .filter_map(|(limit, total)| {
                    total.map(|total| Limit {
                        total,
                        ..limit.clone()
                    })
                });
            terms.limits = kept.collect();
            let kept = terms.rules.iter().zip(rules).filter_map(|(rule, allowed)| {
                let mut rule = rule.clone();
                if rule.uses.is_some() {
                    rule.uses = Some((allowed?, 0));
                }
                allowed.map(|_| rule)
            });
            terms.rules = kept.collect();
            if order {
                terms.rules.reverse();
                terms.limits.reverse();
            }
            (!terms.rules.is_empty()).then_some(terms)
        },
    )
}

/// What a session has counted: by asset and source, by rule id.
#[derive(Debug, PartialEq)]
struct Spent {
    limits: Vec<(u8, u8, u64)>,
    rules: Vec<(u16, Option<u32>, Option<u64>)>,
    head: (u64, (u64, u128), u32, u64),
}

fn spent(data: &[u8]) -> Spent {
    let session = open(data);
    let limits = (0..session.limits_len()).map(|i| {
        let limit = session.limit(i).unwrap();
        (limit.asset(), limit.source(), limit.state().spent)
    });
    let rules = (0..session.rules_len()).map(|i| {
        let rule = session.rule(i as u8).unwrap();
        let uses = rule.uses().map(|uses| uses.spent);
        (rule.id(), uses, rule.cap().map(|cap| cap.spent))
    });
    let paid = session.fee_budget().paid;
    Spent {
        limits: limits.collect(),
        rules: rules.collect(),
        head: (session.seq(), session.once(), session.uses_spent(), paid),
    }
}

proptest! {
    #[test]
    fn a14_a16_renewal_never_lowers_what_was_spent_and_inherits_nothing_else_30(
        old in used(), terms in terms(), wait in 0i64..86_000,
    ) {
        let now = NOW + wait;
        let before = spent(&old);
        match renew(&old, &terms, now) {
            Ok(new) => {
                let after = spent(&new);
                prop_assert_eq!(new.len(), old.len());
                prop_assert_eq!(before.head, after.head);
                prop_assert_eq!(open(&new).revision(), 1);
                for (asset, source, amount) in &before.limits {
                    let kept = after.limits.iter().find(|l| (l.0, l.1) == (*asset, *source));
                    prop_assert_eq!(kept.map_or(0, |l| l.2), *amount);
                }
                for (id, uses, cap) in &after.rules {
                    let old = before.rules.iter().find(|rule| rule.0 == *id).unwrap();
                    prop_assert_eq!((uses, cap), (&old.1, &old.2));
                }
                // Nothing but counters comes from the old account: fresh terms with these counters are the same bytes.
                let mut out = vec![0; old.len()];
                let ctx = context();
                let size = valetkey_engine::terms::write_session(
                    &terms.bytes(), &ctx, &full_mints(), &mut out,
                ).unwrap();
                prop_assert!(new[size..].iter().all(|byte| *byte == 0));
                let fresh = spent(&out);
                prop_assert!(fresh.limits.iter().all(|limit| limit.2 == 0));
                prop_assert_eq!(fresh.limits.len(), after.limits.len());
                prop_assert_eq!(&out[320..][..12 * 32], &new[320..][..12 * 32]);
            }
            Err(refusal) => {
                let dropped = before.limits.iter().any(|(asset, source, amount)| {
                    let same = |limit: &Limit| (limit.asset, limit.source) == (*asset, *source);
                    *amount > 0 && !terms.limits.iter().any(same)
                });
                match refusal.name() {
                    "SpentLimitDropped" => prop_assert!(dropped),
                    "PeriodInUse" => {
                        let period = open(&old).limit(0).unwrap().state().per_period.unwrap();
                        prop_assert!(period.spent > 0);
                        prop_assert!((wait / 3_600) as u64 <= period.number);
                    }
                    other => prop_assert!(false, "{}", other),
                }
            }
        }
    }

    #[test]
    fn a16_renewal_of_equal_terms_changes_nothing_but_the_revision_31(old in used(), wait in 0i64..86_000) {
        let new = renew(&old, &full(), NOW + wait).unwrap();
        prop_assert_eq!(&new[..20], &old[..20]);
        prop_assert_eq!(&new[20..24], &[1, 0, 0, 0]);
        prop_assert_eq!(&new[24..], &old[24..]);
    }

    #[test]
    fn a16_two_renewals_count_as_the_last_one_32(old in used(), first in terms(), last in terms(), wait in 0i64..3_600) {
        // The first keeps every limit and rule, so that nothing may be forgotten on the way.
        let first = first.with(|t| {
            let kept = full();
            t.limits = kept.limits;
            t.rules = kept.rules;
            t.fee = kept.fee;
        });
        let now = NOW + wait;
        let once = renew(&old, &last, now);
        let twice = renew(&old, &first, now).and_then(|middle| renew(&middle, &last, now));
        match (once, twice) {
            (Ok(once), Ok(twice)) => {
                prop_assert_eq!(&once[..20], &twice[..20]);
                prop_assert_eq!(&twice[20..24], &[2, 0, 0, 0]);
                prop_assert_eq!(&once[24..], &twice[24..]);
            }
            (once, twice) => prop_assert_eq!(once.err(), twice.err()),
        }
    }

    #[test]
    fn a16_a_renewal_never_revives_33(old in used(), epoch in 0u64..9, wait in 0i64..200_000, revoked: bool) {
        let mut old = old;
        if revoked {
            set_revoked(&mut old).unwrap();
        }
        let now = NOW + wait;
        let dead = revoked || epoch != 3 || now >= NOW + DAY;
        let ctx = RenewalContext { now, epoch, revision: 0, program_id: &PROGRAM_ID };
        let mut out = vec![0; old.len()];
        let terms = full().with(|t| t.expires_at = now + DAY);
        let found = renew_session(&old, &terms.bytes(), &ctx, &full_mints(), &mut out);
        prop_assert_eq!(found.is_err(), dead);
    }
}
