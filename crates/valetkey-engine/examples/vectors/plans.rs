//! Vectors of plans.

use super::all::file;
use super::build::{inner, key, plan, transfer};
use super::json::{hex, outcome};
use serde_json::{json, Value};
use valetkey_engine::plan::{ExecuteArgs, OwnerArgs, Plan};
use valetkey_engine::ErrorCode::{self, EmptyPlan, MalformedPlan, TooManyInner, TrailingBytes};

fn inners(plan: &Plan) -> Vec<Value> {
    plan.iter()
        .map(|i| json!({ "rule": i.rule, "program": i.program, "accounts": i.accounts, "data": hex(i.data) }))
        .collect()
}

fn decoded(bytes: &[u8]) -> valetkey_engine::Result<Value> {
    let args = ExecuteArgs::parse(bytes)?;
    let number = |n: Option<u64>| n.map(|n| n.to_string());
    Ok(json!({
        "flags": args.flags,
        "once": number(args.once),
        "seq": number(args.seq),
        "grant": number(args.grant),
        "keysHash": args.keys_hash.map(|hash| hex(hash)),
        "fee": args.fee.map(|fee| json!({ "amount": fee.amount.to_string(), "account": fee.account })),
        "minReceive": args.min_receive().map(|m| json!({ "asset": m.asset, "amount": m.amount.to_string() })).collect::<Vec<_>>(),
        "positionKeys": args.position_keys().map(|p| json!({ "account": p.account, "number": p.number, "bump": p.bump })).collect::<Vec<_>>(),
        "plan": inners(&args.plan),
    }))
}

pub fn plans() -> Value {
    let one = plan(&[inner(0, 4, &[3, 5], &transfer(7))]);
    let with = |flags: u8, guards: &[u8], plan: &[u8]| [&[flags], guards, plan].concat();
    let le = |n: u64| n.to_le_bytes().to_vec();
    let all_guards = [
        le(9),
        le(1),
        le(0x1122_3344_5566_7788),
        key(0xab).to_vec(),
        [le(5_000), vec![6]].concat(),
        [vec![2, 255], le(10), vec![6], le(u64::MAX)].concat(),
        vec![1, 7, 0x34, 0x12, 250],
    ]
    .concat();
    let mut cases: Vec<(String, Vec<u8>, Option<ErrorCode>)> = vec![
        (
            "one System transfer, no guard".into(),
            with(0, &[], &one),
            None,
        ),
        (
            "an instruction without accounts and data".into(),
            with(0, &[], &plan(&[inner(0, 4, &[], &[])])),
            None,
        ),
        (
            "sixteen instructions".into(),
            with(0, &[], &plan(&vec![inner(1, 4, &[3], &[1]); 16])),
            None,
        ),
        ("once only".into(), with(1, &le(9), &one), None),
        ("seq only".into(), with(2, &le(9), &one), None),
        ("grant only".into(), with(4, &le(9), &one), None),
        ("keys hash only".into(), with(8, &key(1), &one), None),
        ("every guard".into(), with(0x7f, &all_guards, &one), None),
        ("empty lists".into(), with(0x60, &[0, 0], &one), None),
        (
            "data of 300 bytes".into(),
            with(0, &[], &plan(&[inner(2, 9, &[255; 61], &[0xee; 300])])),
            None,
        ),
        ("nothing".into(), vec![], Some(MalformedPlan)),
        ("flags only".into(), vec![0], Some(MalformedPlan)),
        (
            "flag bit 7".into(),
            with(0x80, &[], &one),
            Some(MalformedPlan),
        ),
        ("no instruction".into(), with(0, &[], &[0]), Some(EmptyPlan)),
        (
            "seventeen instructions".into(),
            with(0, &[], &plan(&vec![inner(1, 4, &[3], &[1]); 17])),
            Some(TooManyInner),
        ),
        (
            "one byte too many".into(),
            with(0, &[], &[&one[..], &[0]].concat()),
            Some(TrailingBytes),
        ),
        (
            "more instructions than said".into(),
            with(
                0,
                &[],
                &[&[1], &plan(&vec![inner(1, 4, &[3], &[1]); 2])[1..]].concat(),
            ),
            Some(TrailingBytes),
        ),
        (
            "fewer instructions than said".into(),
            with(0, &[], &[&[2], &one[1..]].concat()),
            Some(MalformedPlan),
        ),
        (
            "a guard that is not there".into(),
            with(1, &[], &one[..7]),
            Some(MalformedPlan),
        ),
        (
            "a list longer than the bytes".into(),
            with(0x20, &[200], &one),
            Some(MalformedPlan),
        ),
    ];
    let full = with(0x7f, &all_guards, &one);
    for length in [1, 8, 9, 40, 66, 80, 89, 95, full.len() - 1] {
        let name = format!("every guard, cut after {length} bytes");
        cases.push((name, full[..length].to_vec(), Some(MalformedPlan)));
    }
    let cases = cases
        .into_iter()
        .map(|(name, bytes, expect)| {
            let mut value = outcome(&name, expect, decoded(&bytes));
            value["name"] = json!(name);
            value["bytes"] = json!(hex(&bytes));
            value
        })
        .collect();
    file("Arguments of `execute` after its discriminator: decoded, or refused. Indices are outer indices.", cases)
}

pub fn owner_plans() -> Value {
    let one = plan(&[inner(255, 4, &[1, 5], &transfer(7))]);
    let with = |flags: u8, hash: &[u8], plan: &[u8]| [&[flags], hash, plan].concat();
    let mut cases: Vec<(String, Vec<u8>, Option<ErrorCode>)> = vec![
        ("one System transfer".into(), with(0, &[], &one), None),
        ("with a keys hash".into(), with(1, &key(0xab), &one), None),
        ("nothing".into(), vec![], Some(MalformedPlan)),
        ("no instruction".into(), with(0, &[], &[0]), Some(EmptyPlan)),
        (
            "one byte too many".into(),
            with(0, &[], &[&one[..], &[0]].concat()),
            Some(TrailingBytes),
        ),
        (
            "a keys hash cut off".into(),
            with(1, &[7; 31], &[]),
            Some(MalformedPlan),
        ),
    ];
    for bit in 1..8 {
        let name = format!("flag bit {bit}");
        cases.push((name, with(1 << bit, &[], &one), Some(MalformedPlan)));
    }
    let cases = cases
        .into_iter()
        .map(|(name, bytes, expect)| {
            let found = OwnerArgs::parse(&bytes).map(|args| {
                json!({ "keysHash": args.keys_hash.map(|hash| hex(hash)), "plan": inners(&args.plan) })
            });
            let mut value = outcome(&name, expect, found);
            value["name"] = json!(name);
            value["bytes"] = json!(hex(&bytes));
            value
        })
        .collect();
    file("Arguments of `owner_execute` and `recover` after their discriminators: decoded, or refused.", cases)
}
