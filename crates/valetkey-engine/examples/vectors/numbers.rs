//! Vectors of plain numbers: errors, refusals, limits, once numbers, floors.

use super::all::file;
use super::json::{hex, outcome, refusal};
use serde_json::{json, Value};
use valetkey_engine::errors::ALL_ERRORS;
use valetkey_engine::limits::{check_limit, remaining, settle, LimitState, PerPeriod};
use valetkey_engine::{floors::check_floor, once::accept, ErrorCode, Refusal};

pub fn errors() -> Value {
    let cases = ALL_ERRORS.iter();
    let cases = cases
        .map(|e| json!({ "name": e.name(), "code": e.code(), "message": e.message() }))
        .collect();
    file(
        "Every named error: name, number, message. Numbers are never changed.",
        cases,
    )
}

pub fn refusals() -> Value {
    let new = Refusal::new;
    let cases = [
        (
            new(ErrorCode::NotASession),
            "70170000ffff00ff00000000000000000000000000000000",
        ),
        (
            new(ErrorCode::LimitTotalExceeded)
                .inner(2)
                .limit(1)
                .asked(258)
                .left(5),
            "6519000002ff010102010000000000000500000000000000",
        ),
        (
            new(ErrorCode::UnboundPosition).inner(0).rule(3).position(4),
            "3e18000000030204".to_owned().leak(),
        ),
        (
            new(ErrorCode::TermsMalformed).offset(300),
            "c8190000ffff07ff2c010000000000000000000000000000",
        ),
        (
            new(ErrorCode::DuplicateKey).key(7),
            "cd190000ffff060700000000000000000000000000000000",
        ),
        (
            new(ErrorCode::ForbiddenAccount).outer(9),
            "d9170000ffff050900000000000000000000000000000000",
        ),
        (
            new(ErrorCode::MinReceiveNotMet)
                .min_receive(0)
                .asked(u64::MAX)
                .left(1),
            "6a190000ffff0400ffffffffffffffff0100000000000000",
        ),
        (
            new(ErrorCode::DataConstraintFailed)
                .inner(15)
                .rule(15)
                .data(7),
            "3b1800000f0f030700000000000000000000000000000000",
        ),
    ];
    let cases = cases
        .into_iter()
        .map(|(found, bytes)| {
            let bytes = format!("{bytes:0<48}");
            assert_eq!(hex(&found.to_bytes()), bytes, "{}", found.name());
            json!({ "bytes": bytes, "refusal": refusal(&found) })
        })
        .collect();
    file(
        "The 24 bytes of return data of a refusal, both ways.",
        cases,
    )
}

struct Step {
    now: i64,
    /// Outflows of one execute, one after the other.
    amounts: &'static [u64],
    expect: Option<ErrorCode>,
}

const fn step(now: i64, amounts: &'static [u64]) -> Step {
    Step {
        now,
        amounts,
        expect: None,
    }
}

const fn refused(now: i64, amounts: &'static [u64], code: ErrorCode) -> Step {
    Step {
        now,
        amounts,
        expect: Some(code),
    }
}

pub fn limits() -> Value {
    use ErrorCode::{
        LimitPerExecuteExceeded as Execute, LimitPerPeriodExceeded as Period,
        LimitTotalExceeded as Total,
    };
    const MAX: u64 = u64::MAX;
    let cases = vec![
        sequence(
            "a total: below, at and above",
            100,
            None,
            None,
            0,
            &[
                step(0, &[0]),
                step(0, &[99]),
                refused(0, &[2], Total),
                step(0, &[1]),
                refused(0, &[1], Total),
                step(9, &[0]),
            ],
        ),
        sequence(
            "per execute counts all outflows of one execute",
            100,
            Some(10),
            None,
            0,
            &[
                step(0, &[10]),
                refused(0, &[11], Execute),
                refused(0, &[6, 5], Execute),
                step(0, &[6, 4]),
                step(1, &[10]),
            ],
        ),
        sequence(
            "the total is asked before the bound per execute",
            5,
            Some(10),
            None,
            0,
            &[refused(0, &[11], Total)],
        ),
        sequence(
            "periods tumble from starts_at",
            1_000,
            None,
            Some((10, 60)),
            1_000,
            &[
                step(1_000, &[10]),
                refused(1_059, &[1], Period),
                step(1_060, &[10]),
                refused(1_119, &[1], Period),
                step(1_120, &[4]),
                step(1_179, &[6]),
                refused(1_179, &[1], Period),
                step(5_000, &[10]),
            ],
        ),
        sequence(
            "two periods may follow one another within a second",
            1_000,
            None,
            Some((10, 60)),
            0,
            &[step(59, &[10]), step(60, &[10]), refused(61, &[1], Period)],
        ),
        sequence(
            "a clock that goes back doesn't reopen a period",
            1_000,
            None,
            Some((10, 60)),
            0,
            &[
                step(60, &[10]),
                refused(59, &[1], Period),
                refused(0, &[1], Period),
                step(120, &[1]),
            ],
        ),
        sequence(
            "before the start it is period 0",
            1_000,
            None,
            Some((10, 60)),
            1_000,
            &[
                step(0, &[3]),
                step(1_000, &[7]),
                refused(1_059, &[1], Period),
            ],
        ),
        sequence(
            "the largest amounts",
            MAX,
            Some(MAX),
            Some((MAX, 1)),
            0,
            &[
                refused(0, &[MAX, 1], ErrorCode::ArithmeticOverflow),
                step(0, &[MAX]),
                refused(0, &[1], Total),
                refused(0, &[MAX], Total),
            ],
        ),
        sequence(
            "the latest time",
            MAX,
            None,
            Some((1, 1)),
            0,
            &[step(i64::MAX, &[1]), refused(i64::MAX, &[1], Period)],
        ),
    ];
    file(
        "Limits over time. Each step is one execute: its amounts are checked one after the other (what the step already \
         let out counts), then settled; a refused step changes nothing. `remaining` is asked before the step. Counters: \
         spent, number of the period, spent in that period.",
        cases,
    )
}

fn sequence(
    name: &str,
    total: u64,
    per_execute: Option<u64>,
    per_period: Option<(u64, u32)>,
    starts_at: i64,
    steps: &[Step],
) -> Value {
    let period = per_period.map(|(cap, length)| PerPeriod {
        cap,
        length,
        number: 0,
        spent: 0,
    });
    let mut state = LimitState {
        total,
        per_execute,
        per_period: period,
        spent: 0,
    };
    let steps: Vec<Value> = steps
        .iter()
        .map(|step| run(name, &mut state, starts_at, step))
        .collect();
    json!({
        "name": name,
        "limit": {
            "total": total.to_string(),
            "perExecute": per_execute.map(|amount| amount.to_string()),
            "perPeriod": per_period.map(|(amount, seconds)| json!({ "amount": amount.to_string(), "seconds": seconds })),
        },
        "startsAt": starts_at.to_string(),
        "steps": steps,
    })
}

fn run(name: &str, state: &mut LimitState, starts_at: i64, step: &Step) -> Value {
    let left = remaining(state, 0, step.now, starts_at);
    let mut sum = 0u64;
    let mut found = Ok(());
    for amount in step.amounts {
        found = check_limit(state, sum, *amount, step.now, starts_at);
        if found.is_err() {
            break;
        }
        sum += amount;
    }
    let found = found
        .and_then(|()| settle(state, sum, step.now, starts_at))
        .map(|counters| {
            state.spent = counters.spent;
            if let Some(period) = &mut state.per_period {
                (period.number, period.spent) = (counters.period, counters.period_spent);
            }
            json!({
                "spent": counters.spent.to_string(),
                "period": counters.period.to_string(),
                "periodSpent": counters.period_spent.to_string(),
            })
        });
    let amounts: Vec<String> = step.amounts.iter().map(u64::to_string).collect();
    let mut value = outcome(name, step.expect, found);
    value["now"] = json!(step.now.to_string());
    value["amounts"] = json!(amounts);
    value["remaining"] = json!(left.to_string());
    value
}

pub fn once() -> Value {
    // (number, accepted, highest after) — the map is derived from the set of numbers, independently of the engine.
    let sequences: [(&str, &[(u64, bool)]); 7] = [
        ("zero is no number", &[(0, false), (1, true), (0, false)]),
        (
            "each number once, in any order",
            &[
                (5, true),
                (3, true),
                (5, false),
                (3, false),
                (4, true),
                (1, true),
                (2, true),
                (1, false),
            ],
        ),
        (
            "128 below the highest is the last",
            &[
                (1, true),
                (200, true),
                (72, true),
                (71, false),
                (72, false),
                (73, true),
                (199, true),
            ],
        ),
        (
            "a jump of 127, 128, 129",
            &[
                (1, true),
                (128, true),
                (1, false),
                (256, true),
                (128, false),
                (385, true),
                (256, false),
                (257, true),
            ],
        ),
        (
            "a jump beyond the map forgets",
            &[
                (10, true),
                (1_000_000, true),
                (10, false),
                (999_872, true),
                (999_871, false),
            ],
        ),
        (
            "the largest number",
            &[
                (u64::MAX, true),
                (u64::MAX, false),
                (u64::MAX - 1, true),
                (u64::MAX - 129, false),
                (1, false),
            ],
        ),
        (
            "a first number far up",
            &[(500, true), (499, true), (372, true), (371, false)],
        ),
    ];
    let cases = sequences
        .iter()
        .map(|(name, steps)| {
            let (mut high, mut map) = (0u64, 0u128);
            let mut seen = std::collections::BTreeSet::new();
            let steps: Vec<Value> = steps
                .iter()
                .map(|(n, accepted)| {
                    let found = accept(high, map, *n);
                    assert_eq!(found.is_ok(), *accepted, "{name}: {n}");
                    if let Ok(next) = found {
                        (high, map) = next;
                        seen.insert(*n);
                    }
                    let expected = (0..128u32)
                        .filter(|i| high > u64::from(*i) && seen.contains(&(high - 1 - u64::from(*i))))
                        .fold(0u128, |map, i| map | 1 << i);
                    assert_eq!(map, expected, "{name}: {n}");
                    json!({ "n": n.to_string(), "accepted": accepted, "highest": high.to_string(), "map": hex(&map.to_le_bytes()) })
                })
                .collect();
            json!({ "name": name, "steps": steps })
        })
        .collect();
    file("`once` numbers: accepted or AlreadyExecuted, then highest and map (16 bytes, little-endian).", cases)
}

pub fn floors() -> Value {
    let max = u64::MAX;
    // min of get, per of give, gone, come, met, least that would do
    let rows = [
        (150, 100, 1_000, 1_500, true, 1_500),
        (150, 100, 1_000, 1_499, false, 1_500),
        (150, 100, 0, 0, true, 0),
        (1, 3, 1, 0, false, 1),
        (1, 3, 3, 1, true, 1),
        (1, 3, 4, 1, false, 2),
        (max, 1, max, max, false, max),
        (max, max, max, max, true, max),
        (1, max, max, 0, false, 1),
        (1, max, max, 1, true, 1),
        (max, max, 2, 1, false, 2),
    ];
    let cases = rows
        .into_iter()
        .map(
            |(min, per, gone, come, met, least): (u64, u64, u64, u64, bool, u64)| {
                let expect = (!met).then_some(ErrorCode::FloorNotMet);
                let found = check_floor(min, per, gone, come).map(|()| Value::Null);
                if let Err(refusal) = &found {
                    assert_eq!(refusal.asked, least);
                }
                let mut value = outcome("floor", expect, found);
                for (name, number) in [
                    ("min", min),
                    ("per", per),
                    ("outflow", gone),
                    ("inflow", come),
                ] {
                    value[name] = json!(number.to_string());
                }
                value
            },
        )
        .collect();
    file("Floors: outflow * min <= inflow * per; `asked` of a refusal is the least inflow that would do.", cases)
}
