//! Vectors of token accounts and mints.

use super::all::file;
use super::build::*;
use super::json::{hex, outcome};
use serde_json::{json, Value};
use valetkey_engine::mint::MintFacts;
use valetkey_engine::programs::{TOKEN, TOKEN_2022};
use valetkey_engine::token::{same_but_amount, Authority, TokenAccount};
use valetkey_engine::ErrorCode::MintRefused;
use valetkey_engine::Key;

fn sized(length: usize, kind: u8) -> Vec<u8> {
    let mut data = token_data(MINT, VAULT, 5);
    data.resize(length.max(166), 0);
    data[165] = kind;
    data.truncate(length);
    data
}

pub fn accounts() -> Value {
    use Authority::{Clean, DebitOnly, None as Nothing};
    let own = || token_data(MINT, VAULT, 5);
    let state = |byte: u8| {
        let mut data = own();
        data[108] = byte;
        data
    };
    let rows: Vec<(&str, Key, Vec<u8>, Option<Authority>)> = vec![
        ("the vault's", TOKEN, own(), Some(Clean)),
        ("the vault's, Token-2022", TOKEN_2022, own(), Some(Clean)),
        (
            "the vault's, with its own close authority",
            TOKEN,
            with_close_authority(own(), VAULT),
            Some(Clean),
        ),
        (
            "the vault's, wrapped SOL",
            TOKEN,
            as_native(own()),
            Some(Clean),
        ),
        ("the vault's, frozen", TOKEN, state(2), Some(Clean)),
        (
            "the vault's, with a delegate",
            TOKEN,
            with_delegate(own(), EVE, 1),
            Some(DebitOnly),
        ),
        (
            "the vault's, delegated to the vault",
            TOKEN,
            with_delegate(own(), VAULT, 1),
            Some(DebitOnly),
        ),
        (
            "the vault's, with a foreign close authority",
            TOKEN,
            with_close_authority(own(), EVE),
            Some(DebitOnly),
        ),
        (
            "Eve's, delegated to the vault",
            TOKEN,
            with_delegate(token_data(MINT, EVE, 5), VAULT, 5),
            Some(DebitOnly),
        ),
        (
            "Eve's, the vault may close it",
            TOKEN,
            with_close_authority(token_data(MINT, EVE, 5), VAULT),
            Some(DebitOnly),
        ),
        ("Eve's", TOKEN, token_data(MINT, EVE, 5), Some(Nothing)),
        (
            "Eve's, delegated to Bob",
            TOKEN,
            with_delegate(token_data(MINT, EVE, 5), BOB, 5),
            Some(Nothing),
        ),
        ("not initialised", TOKEN, state(0), None),
        ("an unknown state", TOKEN, state(3), None),
        ("of another program", GAME, own(), None),
        ("164 bytes", TOKEN, own()[..164].to_vec(), None),
        ("a mint", TOKEN, mint_data(6), None),
        ("166 bytes under Token", TOKEN, sized(166, 2), None),
        ("166 bytes, type 2", TOKEN_2022, sized(166, 2), Some(Clean)),
        (
            "166 bytes, type 1 (a mint)",
            TOKEN_2022,
            sized(166, 1),
            None,
        ),
        ("166 bytes, type 0", TOKEN_2022, sized(166, 0), None),
        ("354 bytes, type 2", TOKEN_2022, sized(354, 2), Some(Clean)),
        (
            "355 bytes, type 2 (a multisig)",
            TOKEN_2022,
            sized(355, 2),
            None,
        ),
        ("355 bytes under Token", TOKEN, sized(355, 2), None),
        ("356 bytes, type 2", TOKEN_2022, sized(356, 2), Some(Clean)),
    ];
    let cases = rows
        .into_iter()
        .map(|(name, program, data, expect)| {
            let found = TokenAccount::read(&program, &data);
            assert_eq!(found.map(|a| a.authority_of(&VAULT)), expect, "{name}");
            let found = found.map(|a| {
                json!({
                    "mint": hex(a.mint()),
                    "owner": hex(a.owner()),
                    "amount": a.amount().to_string(),
                    "native": a.native(),
                    "delegate": a.delegate().map(|key| hex(key)),
                    "closeAuthority": a.close_authority().map(|key| hex(key)),
                    "authority": match a.authority_of(&VAULT) { Clean => "clean", DebitOnly => "debitOnly", Nothing => "none" },
                })
            });
            json!({ "name": name, "program": hex(&program), "data": hex(&data), "vault": hex(&VAULT), "account": found })
        })
        .collect();
    file(
        "Accounts by owner program and bytes: token account or not (null), and how far the vault controls it.",
        cases,
    )
}

pub fn changes() -> Value {
    let own = |amount| token_data(MINT, VAULT, amount);
    let delegated = |amount, left| with_delegate(token_data(MINT, EVE, amount), VAULT, left);
    let fee = |amount, withheld: u64| {
        extended(
            own(amount),
            &[(7, vec![]), (2, withheld.to_le_bytes().to_vec())],
        )
    };
    let guard = |on: u8| extended(own(5), &[(11, vec![on])]);
    let changed = |at: usize| {
        let mut data = own(5);
        data[at] ^= 1;
        data
    };
    let spent = || {
        let mut data = delegated(0, 0);
        data[72] = 0;
        data
    };
    let rows: Vec<(&str, Vec<u8>, Vec<u8>, bool)> = vec![
        ("nothing", own(5), own(5), true),
        ("the amount", own(5), own(0), true),
        ("the largest amount", own(0), own(u64::MAX), true),
        ("the mint", own(5), changed(0), false),
        ("the owner", own(5), changed(63), false),
        (
            "a new delegate",
            own(5),
            with_delegate(own(5), EVE, 1),
            false,
        ),
        (
            "the state",
            own(5),
            {
                let mut d = own(5);
                d[108] = 2;
                d
            },
            false,
        ),
        ("native", own(5), as_native(own(5)), false),
        (
            "delegated amount without delegate",
            own(5),
            changed(121),
            false,
        ),
        (
            "a new close authority",
            own(5),
            with_close_authority(own(5), EVE),
            false,
        ),
        ("the last byte", own(5), changed(164), false),
        (
            "delegated amount falls",
            delegated(9, 9),
            delegated(8, 8),
            true,
        ),
        (
            "delegated amount rises",
            delegated(9, 8),
            delegated(9, 9),
            false,
        ),
        (
            "the last delegated unit is spent",
            delegated(9, 9),
            spent(),
            true,
        ),
        (
            "the delegate goes with something left",
            delegated(9, 9),
            {
                let mut d = delegated(9, 9);
                d[72] = 0;
                d
            },
            false,
        ),
        (
            "another delegate",
            delegated(9, 9),
            with_delegate(token_data(MINT, EVE, 9), BOB, 9),
            false,
        ),
        ("withheld fee", fee(5, 0), fee(9, 7), true),
        (
            "withheld fee, another length",
            fee(5, 0),
            extended(own(5), &[(7, vec![]), (2, vec![0; 9])]),
            false,
        ),
        ("a CPI guard switched on", guard(0), guard(1), false),
        ("an extension more", own(5), guard(0), false),
        ("closed", own(5), vec![], false),
    ];
    let cases = rows
        .into_iter()
        .map(|(name, before, after, same)| {
            assert_eq!(same_but_amount(&before, &after), same, "{name}");
            json!({ "name": name, "before": hex(&before), "after": hex(&after), "same": same })
        })
        .collect();
    file(
        "What may change in a token account during an inner instruction.",
        cases,
    )
}

pub fn mints() -> Value {
    let t22 = |extensions: &[(u16, Vec<u8>)]| mint_2022_data(2, extensions);
    let mut rows: Vec<(String, Key, Vec<u8>, Option<(u8, bool)>)> = vec![
        (
            "Token, 6 decimals".into(),
            TOKEN,
            mint_data(6),
            Some((6, false)),
        ),
        (
            "Token-2022 without extensions".into(),
            TOKEN_2022,
            mint_data(0),
            Some((0, true)),
        ),
        (
            "Token-2022 with metadata".into(),
            TOKEN_2022,
            t22(&[(18, vec![0; 64]), (19, vec![1; 90])]),
            Some((2, true)),
        ),
        (
            "zeroes after the extensions".into(),
            TOKEN_2022,
            {
                let mut d = t22(&[(18, vec![0; 64])]);
                d.extend([0; 40]);
                d
            },
            Some((2, true)),
        ),
        (
            "a multisig's length".into(),
            TOKEN_2022,
            {
                let mut d = t22(&[]);
                d.resize(355, 0);
                d
            },
            None,
        ),
        (
            "bytes between mint and type".into(),
            TOKEN_2022,
            {
                let mut d = t22(&[]);
                d[100] = 1;
                d
            },
            None,
        ),
        (
            "an account's type".into(),
            TOKEN_2022,
            {
                let mut d = t22(&[]);
                d[165] = 2;
                d
            },
            None,
        ),
        ("of another program".into(), GAME, mint_data(6), None),
        ("81 bytes".into(), TOKEN, mint_data(6)[..81].to_vec(), None),
        ("not initialised".into(), TOKEN, vec![0; 82], None),
    ];
    for kind in 1..32u16 {
        let harmless = (18..=23).contains(&kind);
        rows.push((
            format!("extension {kind}"),
            TOKEN_2022,
            t22(&[(kind, vec![0; 8])]),
            harmless.then_some((2, true)),
        ));
    }
    let cases = rows
        .into_iter()
        .map(|(name, program, data, expect)| {
            let found = MintFacts::read(&program, &data, 0);
            assert_eq!(
                found.ok().map(|m| (m.decimals, m.token_2022)),
                expect,
                "{name}"
            );
            let found = found.map(|m| json!({ "decimals": m.decimals, "token2022": m.token_2022 }));
            let mut value = outcome(&name, expect.is_none().then_some(MintRefused), found);
            value["name"] = json!(name);
            value["program"] = json!(hex(&program));
            value["data"] = json!(hex(&data));
            value
        })
        .collect();
    file("Mints of limits and floors: decimals and program, or refused. `asked` is the type of a refused extension.", cases)
}
