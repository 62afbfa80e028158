//! Vectors of what terms may allow besides: fees, caps, pins, delegate mode, extensions of token accounts.

use super::all::file;
use super::build::*;
use super::json::{hex, outcome};
use serde_json::{json, Value};
use valetkey_engine::caps::argument;
use valetkey_engine::delegate::debit;
use valetkey_engine::extensions::check_account_extensions;
use valetkey_engine::fee::FeeBudget;
use valetkey_engine::layout::rule::field;
use valetkey_engine::pin::{is_unchanged, PinnedAccount};
use valetkey_engine::programs::{TOKEN, UPGRADEABLE_LOADER};
use valetkey_engine::ErrorCode::{ExtensionRefused, FeeRefused};
use valetkey_engine::Key;

pub fn fees() -> Value {
    const MAX: u64 = u64::MAX;
    let rows = [
        ("nothing", (100, 10, 0), 0, None),
        ("the bound per execute", (100, 10, 0), 10, None),
        (
            "more than the bound per execute",
            (100, 10, 0),
            11,
            Some(FeeRefused),
        ),
        ("what is left of the total", (100, 10, 95), 5, None),
        ("more than is left", (100, 10, 95), 6, Some(FeeRefused)),
        ("all is paid", (100, 10, 100), 1, Some(FeeRefused)),
        ("all is paid, nothing asked", (100, 10, 100), 0, None),
        (
            "more paid than the total of a renewal",
            (50, 10, 60),
            1,
            Some(FeeRefused),
        ),
        ("the largest amounts", (MAX, MAX, 0), MAX, None),
        (
            "beyond the largest",
            (MAX, MAX, MAX - 1),
            2,
            Some(FeeRefused),
        ),
    ];
    let cases = rows.into_iter().map(|(name, (total, per_execute, paid), asked, expect)| {
        let found = FeeBudget { total, per_execute, paid }.pay(asked);
        let found = outcome(name, expect, found.map(|paid| json!(paid.to_string())));
        json!({
            "name": name,
            "budget": { "total": total.to_string(), "perExecute": per_execute.to_string(), "paid": paid.to_string() },
            "asked": asked.to_string(),
            "paid": found,
        })
    });
    file(
        "What an execute may pay its sponsor, and what is paid in all afterwards.",
        cases.collect(),
    )
}

pub fn caps() -> Value {
    const END: u8 = field::FROM_END;
    const DATA: [u8; 12] = [9, 1, 2, 3, 4, 5, 6, 7, 8, 250, 251, 252];
    let rows: Vec<(&str, u16, u8, Option<u64>)> = vec![
        ("u8", 0, field::U8, Some(9)),
        ("u16", 1, field::U16, Some(0x0201)),
        ("u32", 1, field::U32, Some(0x0403_0201)),
        ("u64", 1, field::U64, Some(0x0807_0605_0403_0201)),
        ("the last u8", 11, field::U8, Some(252)),
        ("beyond the end", 12, field::U8, None),
        ("half beyond the end", 11, field::U16, None),
        (
            "a u64 that ends at the end",
            4,
            field::U64,
            Some(0xfcfb_fa08_0706_0504),
        ),
        ("a u64 one byte too far", 5, field::U64, None),
        ("u8 from the end", 1, field::U8 | END, Some(252)),
        ("u16 from the end", 3, field::U16 | END, Some(0xfbfa)),
        (
            "u64 from the end",
            12,
            field::U64 | END,
            Some(0x0706_0504_0302_0109),
        ),
        ("before the start", 13, field::U8 | END, None),
        ("too near to the end", 1, field::U16 | END, None),
        ("at the very end", 0, field::U8 | END, None),
        ("i64 is no kind of a cap", 1, field::I64, None),
        ("a key is no kind of a cap", 0, field::KEY, None),
        ("an unknown kind", 0, 9, None),
        ("a far offset", u16::MAX, field::U64, None),
    ];
    let cases = rows.into_iter().map(|(name, offset, kind, expect)| {
        let found = argument(offset, kind, &DATA);
        assert_eq!(found, expect, "{name}");
        json!({
            "name": name, "offset": offset, "kind": kind, "data": hex(&DATA),
            "value": found.map(|value| value.to_string()),
        })
    });
    file(
        "The argument that a cap counts: offset, field kind byte, instruction data; null when it isn't there.",
        cases.collect(),
    )
}

pub fn pins() -> Value {
    const DATA_KEY: Key = [77; 32];
    const SLOT: u64 = 1_234;
    let program = |tag: u32, key: Key| [&tag.to_le_bytes()[..], &key].concat();
    let programdata =
        |tag: u32, slot: u64| [&tag.to_le_bytes()[..], &slot.to_le_bytes(), &[1; 33]].concat();
    let loader = UPGRADEABLE_LOADER;
    let rows = vec![
        (
            "as approved",
            loader,
            program(2, DATA_KEY),
            loader,
            programdata(3, SLOT),
            true,
        ),
        (
            "deployed again",
            loader,
            program(2, DATA_KEY),
            loader,
            programdata(3, SLOT + 1),
            false,
        ),
        (
            "an earlier slot",
            loader,
            program(2, DATA_KEY),
            loader,
            programdata(3, SLOT - 1),
            false,
        ),
        (
            "another programdata account",
            loader,
            program(2, EVE),
            loader,
            programdata(3, SLOT),
            false,
        ),
        (
            "a program of another loader",
            TOKEN,
            program(2, DATA_KEY),
            loader,
            programdata(3, SLOT),
            false,
        ),
        (
            "programdata of another program",
            loader,
            program(2, DATA_KEY),
            EVE,
            programdata(3, SLOT),
            false,
        ),
        (
            "a buffer for a program",
            loader,
            program(1, DATA_KEY),
            loader,
            programdata(3, SLOT),
            false,
        ),
        (
            "a buffer for programdata",
            loader,
            program(2, DATA_KEY),
            loader,
            programdata(1, SLOT),
            false,
        ),
        (
            "closed",
            loader,
            program(2, DATA_KEY),
            loader,
            vec![0; 12],
            false,
        ),
        (
            "an empty program",
            loader,
            vec![],
            loader,
            programdata(3, SLOT),
            false,
        ),
        (
            "35 bytes",
            loader,
            program(2, DATA_KEY)[..35].to_vec(),
            loader,
            programdata(3, SLOT),
            false,
        ),
        (
            "11 bytes",
            loader,
            program(2, DATA_KEY),
            loader,
            programdata(3, SLOT)[..11].to_vec(),
            false,
        ),
    ];
    let cases =
        rows.into_iter()
            .map(|(name, owner, program, data_owner, programdata, expect)| {
                let program = PinnedAccount {
                    owner: &owner,
                    data: &program,
                };
                let data = PinnedAccount {
                    owner: &data_owner,
                    data: &programdata,
                };
                let found = is_unchanged(program, &DATA_KEY, data, SLOT);
                assert_eq!(found, expect, "{name}");
                json!({
                    "name": name, "unchanged": found, "slot": SLOT.to_string(),
                    "program": { "owner": hex(&owner), "data": hex(program.data) },
                    "programdata": { "key": hex(&DATA_KEY), "owner": hex(&data_owner), "data": hex(data.data) },
                })
            });
    file(
        "Whether a pinned program is still the deployment of this slot.",
        cases.collect(),
    )
}

pub fn delegate_debits() -> Value {
    let account = |amount, left| with_delegate(token_data(MINT, EVE, amount), VAULT, left);
    let spent = |amount, left| {
        let mut data = account(amount, left);
        data[72] = 0;
        data
    };
    let native = |amount, left| as_native(account(amount, left));
    let held = |amount, left| {
        extended(
            account(amount, left),
            &[(7, vec![]), (2, vec![0; 8]), (15, vec![0])],
        )
    };
    let changed = |at: usize| {
        let mut data = account(90, 40);
        data[at] ^= 1;
        data
    };
    let rows: Vec<(&str, Vec<u8>, Vec<u8>, Option<u64>)> = vec![
        (
            "nothing happened",
            account(100, 50),
            account(100, 50),
            Some(0),
        ),
        ("some left", account(100, 50), account(90, 40), Some(10)),
        (
            "the last unit but one",
            account(100, 50),
            account(51, 1),
            Some(49),
        ),
        (
            "all of the approval",
            account(100, 50),
            spent(50, 0),
            Some(50),
        ),
        (
            "all of the approval, delegate kept at zero",
            account(100, 50),
            account(50, 0),
            Some(50),
        ),
        ("all of the account", account(50, 50), spent(0, 0), Some(50)),
        ("more came in", account(100, 50), account(130, 50), Some(0)),
        ("wrapped SOL", native(100, 50), native(90, 40), Some(10)),
        ("with extensions", held(100, 50), held(90, 40), Some(10)),
        (
            "the approval fell by less",
            account(100, 50),
            account(90, 41),
            None,
        ),
        (
            "the approval fell by more",
            account(100, 50),
            account(90, 39),
            None,
        ),
        (
            "the approval didn't fall (a permanent delegate)",
            account(100, 50),
            account(90, 50),
            None,
        ),
        (
            "the approval fell alone",
            account(100, 50),
            account(100, 40),
            None,
        ),
        ("the approval rose", account(100, 50), account(90, 60), None),
        ("revoked", account(100, 50), spent(100, 0), None),
        (
            "spent and then revoked",
            account(100, 50),
            spent(90, 0),
            None,
        ),
        (
            "delegate gone with units left",
            account(100, 50),
            spent(90, 40),
            None,
        ),
        ("approved anew", spent(100, 0), account(90, 0), None),
        ("out and back in", account(100, 50), account(100, 45), None),
        ("another delegate", account(100, 50), changed(76), None),
        ("another owner", account(100, 50), changed(32), None),
        ("another mint", account(100, 50), changed(0), None),
        ("frozen", account(100, 50), changed(108), None),
        ("a close authority", account(100, 50), changed(129), None),
        (
            "shorter",
            account(100, 50),
            account(90, 40)[..164].to_vec(),
            None,
        ),
        ("closed", account(100, 50), vec![], None),
    ];
    let cases = rows.into_iter().map(|(name, before, after, expect)| {
        let found = debit(&before, &after);
        assert_eq!(found, expect, "{name}");
        json!({
            "name": name, "before": hex(&before), "after": hex(&after),
            "debit": found.map(|amount| amount.to_string()),
        })
    });
    file(
        "What left a wallet's account whose delegate is the vault; null when anything else happened to it.",
        cases.collect(),
    )
}

pub fn account_extensions() -> Value {
    let none: &[(u16, Vec<u8>)] = &[];
    let one = |kind: u16, length: usize| vec![(kind, vec![1; length])];
    let rows: Vec<(&str, Vec<(u16, Vec<u8>)>, u64, Option<u64>)> = vec![
        ("none", none.to_vec(), 0, None),
        ("transfer fee amount", one(2, 8), 0, None),
        ("immutable owner", one(7, 0), 0, None),
        (
            "non-transferable: nothing can leave it",
            one(13, 0),
            0,
            None,
        ),
        ("hook account", one(15, 1), 0, None),
        ("withheld confidential fees", one(17, 64), 0, None),
        ("pausable", one(27, 0), 0, None),
        ("memo required", one(8, 1), 0, Some(8)),
        ("memo required, allowed", one(8, 1), 1 << 8, None),
        ("CPI guard", one(11, 1), 0, Some(11)),
        ("CPI guard, allowed", one(11, 1), 1 << 11, None),
        (
            "CPI guard, another one allowed",
            one(11, 1),
            1 << 8,
            Some(11),
        ),
        ("confidential transfers", one(5, 295), 1 << 5, Some(5)),
        (
            "confidential transfers of an allowed mint",
            one(5, 295),
            1 << 4,
            None,
        ),
        ("a mint's extension", one(1, 108), u64::MAX, Some(1)),
        ("one that isn't known", one(28, 4), u64::MAX, Some(28)),
        ("one beyond the bits", one(64, 4), u64::MAX, Some(64)),
        ("the largest type", one(u16::MAX, 4), u64::MAX, Some(65_535)),
        (
            "after an allowed one",
            vec![(7, vec![]), (8, vec![1])],
            0,
            Some(8),
        ),
        (
            "nothing counts after type 0",
            vec![(0, vec![]), (8, vec![1])],
            0,
            None,
        ),
    ];
    let mut cases: Vec<Value> = rows
        .into_iter()
        .map(|(name, list, allowed, expect)| {
            let data = extended(token_data(MINT, VAULT, 1), &list);
            extension_case(name, &data, allowed, expect)
        })
        .collect();
    let mut cut = extended(token_data(MINT, VAULT, 1), &[(8, vec![1, 2, 3])]);
    cut.pop();
    cases.push(extension_case(
        "an allowed one that is cut off",
        &cut,
        1 << 8,
        Some(8),
    ));
    file(
        "Extensions of a Token-2022 account against the word of the terms; the refusal's `asked` is the extension's type.",
        cases,
    )
}

fn extension_case(name: &str, data: &[u8], allowed: u64, expect: Option<u64>) -> Value {
    let found = check_account_extensions(&data[165..], allowed);
    assert_eq!(found.err().map(|refusal| refusal.asked), expect, "{name}");
    let found = outcome(
        name,
        expect.map(|_| ExtensionRefused),
        found.map(|()| json!(null)),
    );
    json!({ "name": name, "data": hex(data), "allowed": allowed.to_string(), "outcome": found })
}
