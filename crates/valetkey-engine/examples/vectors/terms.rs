//! Vectors of terms: bytes to session account, or refused.

use super::all::file;
use super::build::*;
use super::json::{hex, outcome};
use serde_json::{json, Value};
use valetkey_engine::ErrorCode::{self, *};
use valetkey_engine::{programs, Key};

type Case = (String, Vec<u8>, Given, Option<ErrorCode>);

fn bare(keys: &[Key], rules: Vec<Rule>) -> Terms {
    Terms::new(keys, vec![], rules)
}

fn game_rule() -> Rule {
    Rule::new(0, 0, 1, &MOVE, 3).at(0, 2, &[])
}

/// One game rule; keys: game, Bob, mint.
fn game() -> Terms {
    bare(&[GAME, BOB, MINT], vec![game_rule()])
}

fn good() -> Vec<(&'static str, Terms, Given)> {
    let largest_window = game().with(|t| (t.starts_at, t.expires_at) = (0, NOW + 365 * DAY));
    vec![
        ("one rule, nothing else", game(), Given::default()),
        ("something of everything", rich(), mints()),
        (
            "unlimited uses",
            game().with(|t| (t.flags, t.uses) = (2, 0)),
            Given::default(),
        ),
        (
            "keys by account, in order",
            game().with(|t| t.by_account = 0b101),
            Given(vec![wallet(GAME), wallet(MINT)]),
        ),
        (
            "the mint of a limit by account",
            Terms::new(&[GAME, MINT], vec![limit(1, 5)], vec![game_rule()])
                .with(|t| t.by_account = 2),
            Given(vec![account(MINT, programs::TOKEN, mint_data(6))]),
        ),
        (
            "the longest window, begun long ago",
            largest_window,
            Given::default(),
        ),
        (
            "a window that begins later",
            game().with(|t| t.starts_at = NOW + 60),
            Given::default(),
        ),
        (
            "a rule of 61 accounts",
            game().with(|t| t.rules[0].max = 61),
            Given::default(),
        ),
        (
            "the largest numbers of keys, limits and rules",
            largest(),
            Given::default(),
        ),
        ("every operator", operators(), Given::default()),
    ]
}

fn largest() -> Terms {
    let keys: Vec<Key> = (0..32)
        .map(|n| if n == 0 { GAME } else { key(0x80 + n) })
        .collect();
    let rules = (0..16).map(|n| Rule::new(0, 0, n, &[n as u8], 1)).collect();
    Terms::new(&keys, vec![limit(255, u64::MAX)], rules)
}

fn operators() -> Terms {
    let rule = Rule::new(0, 0, 1, &[7], 2);
    let numbers = |mut rule: Rule, kind: u8, width: usize| {
        for operator in 0..6 {
            rule = rule.arg(1, kind, operator, &vec![1; width]);
        }
        rule.arg(1, kind, 6, &vec![2; width * 3])
    };
    let rules = vec![
        numbers(rule.clone(), 0, 1).arg(1, 0, 7, &[3, 1]),
        numbers(rule.clone(), 1, 2).with(|r| r.id = 2),
        numbers(rule.clone(), 2, 4).with(|r| r.id = 3),
        numbers(rule.clone(), 3, 8)
            .arg(8, 0x83, 7, &[1; 16])
            .with(|r| r.id = 4),
        numbers(rule.clone(), 4, 8).with(|r| r.id = 5),
        rule.arg(1, 5, 0, &[1])
            .arg(1, 5, 1, &[1])
            .arg(32, 0x85, 6, &[1, 2])
            .arg(1, 6, 0, b"abc")
            .arg(3, 0x86, 1, b"abc")
            .with(|r| r.id = 6),
    ];
    bare(&[GAME, BOB, MINT], rules)
}

fn head() -> Vec<(&'static str, Terms, ErrorCode)> {
    vec![
        (
            "another version",
            game().with(|t| t.version = 2),
            TermsMalformed,
        ),
        (
            "the reserved flag",
            game().with(|t| t.flags = 1),
            TermsMalformed,
        ),
        ("closes", game().with(|t| t.flags = 4), FeatureRefused),
        (
            "position keys",
            game().with(|t| t.flags = 8),
            FeatureRefused,
        ),
        (
            "a fee budget",
            game().with(|t| t.flags = 16),
            FeatureRefused,
        ),
        ("extensions", game().with(|t| t.flags = 128), FeatureRefused),
        ("no rule", bare(&[GAME], vec![]), EmptyScope),
        (
            "33 keys",
            bare(&[key(1); 33], vec![game_rule()]),
            TermsTooLarge,
        ),
        (
            "9 limits",
            Terms::new(&[GAME], vec![limit(255, 1); 9], vec![game_rule()]),
            TermsTooLarge,
        ),
        (
            "17 rules",
            bare(&[GAME], vec![game_rule(); 17]),
            TermsTooLarge,
        ),
        ("more than 3,072 bytes", oversize(), TermsTooLarge),
        (
            "a bit for a key that isn't there",
            game().with(|t| t.by_account = 8),
            TermsMalformed,
        ),
        (
            "a guardian beyond the table",
            game().with(|t| t.guardian = Some(3)),
            TermsMalformed,
        ),
        (
            "an origin of zeroes",
            game().with(|t| t.origin = Some(key(0))),
            TermsMalformed,
        ),
        (
            "a byte after the end",
            game().with(|t| t.tail = vec![0]),
            TermsMalformed,
        ),
        (
            "uses 0, not unlimited",
            game().with(|t| t.uses = 0),
            BadUses,
        ),
        (
            "unlimited, and a number",
            game().with(|t| t.flags = 2),
            BadUses,
        ),
        (
            "a window that is over",
            game().with(|t| (t.starts_at, t.expires_at) = (NOW - 9, NOW)),
            BadWindow,
        ),
        (
            "an empty window",
            game().with(|t| (t.starts_at, t.expires_at) = (NOW + 9, NOW + 9)),
            BadWindow,
        ),
        (
            "a window that ends a second too late",
            game().with(|t| t.expires_at = NOW + 365 * DAY + 1),
            BadWindow,
        ),
        (
            "the end of time",
            game().with(|t| t.expires_at = i64::MAX),
            BadWindow,
        ),
        (
            "a start before 1970",
            game().with(|t| t.starts_at = -1),
            BadWindow,
        ),
        (
            "a key twice",
            bare(&[GAME, BOB, BOB], vec![game_rule()]),
            DuplicateKey,
        ),
        (
            "a key by account that isn't passed",
            game().with(|t| t.by_account = 1),
            MissingAccount,
        ),
    ]
}

fn oversize() -> Terms {
    let rules = (0..16)
        .map(|id| {
            (0..8u8).fold(Rule::new(0, 0, id, &MOVE, 1), |rule, n| {
                rule.arg(8, 6, 0, &[n; 20])
            })
        })
        .collect();
    bare(&[GAME], rules)
}

fn limits() -> Vec<(&'static str, Terms, ErrorCode)> {
    let one = |limit: Limit| {
        Terms::new(
            &[GAME, MINT, programs::NATIVE_MINT],
            vec![limit],
            vec![game_rule()],
        )
    };
    let sol = || limit(255, 10);
    vec![
        ("a total of zero", one(limit(255, 0)), BadLimit),
        (
            "per execute zero",
            one(Limit {
                per_execute: Some(0),
                ..sol()
            }),
            BadLimit,
        ),
        (
            "per period zero",
            one(Limit {
                per_period: Some((0, 60)),
                ..sol()
            }),
            BadLimit,
        ),
        (
            "a period of no seconds",
            one(Limit {
                per_period: Some((1, 0)),
                ..sol()
            }),
            BadLimit,
        ),
        ("an asset beyond the table", one(limit(3, 10)), BadLimit),
        (
            "a wallet as source",
            one(Limit { source: 1, ..sol() }),
            FeatureRefused,
        ),
        (
            "a source beyond the table",
            one(Limit { source: 9, ..sol() }),
            BadLimit,
        ),
        ("the mint isn't passed", one(limit(1, 10)), MintMissing),
        (
            "wrapped SOL as an asset of its own",
            one(limit(2, 10)),
            MintRefused,
        ),
        (
            "two limits of SOL",
            Terms::new(&[GAME], vec![sol(), limit(255, 5)], vec![game_rule()]),
            DuplicateLimit,
        ),
    ]
}

fn mint_cases() -> Vec<(&'static str, Account)> {
    let of = |owner: Key, data: Vec<u8>| account(MINT, owner, data);
    let t22 = |kind: u16, length: usize| {
        of(
            programs::TOKEN_2022,
            mint_2022_data(6, &[(kind, vec![1; length])]),
        )
    };
    vec![
        ("of another program", of(GAME, mint_data(6))),
        (
            "a token account instead",
            of(programs::TOKEN, token_data(OTHER_MINT, VAULT, 1)),
        ),
        ("not initialised", of(programs::TOKEN, vec![0; 82])),
        (
            "extended, under Token",
            of(programs::TOKEN, mint_2022_data(6, &[])),
        ),
        ("with a close authority", t22(3, 32)),
        ("with a transfer fee", t22(1, 108)),
        ("with a transfer hook", t22(14, 64)),
        ("with a permanent delegate", t22(12, 32)),
        ("default frozen", t22(6, 1)),
        ("pausable", t22(26, 33)),
        ("with an unknown extension", t22(999, 0)),
        (
            "with an extension cut short",
            of(programs::TOKEN_2022, {
                let mut d = mint_2022_data(6, &[(18, vec![0; 64])]);
                d.truncate(200);
                d
            }),
        ),
    ]
}

fn rules() -> Vec<(&'static str, Terms, ErrorCode)> {
    let one = |rule: Rule| bare(&[GAME, BOB, MINT, VAULT], vec![rule]);
    let arg = |offset: u16, kind: u8, operator: u8, payload: &[u8]| {
        one(game_rule().arg(offset, kind, operator, payload))
    };
    let at = |position: u8, kind: u8, payload: &[u8]| {
        one(Rule::new(0, 0, 1, &MOVE, 3).at(position, kind, payload))
    };
    let floor = |give, get, min, per| one(game_rule().floor(give, get, min, per));
    vec![
        (
            "a program beyond the table",
            one(game_rule().with(|r| r.program = 4)),
            BadConstraint,
        ),
        (
            "another kind than the program's",
            one(game_rule().with(|r| r.kind = 1)),
            TermsMalformed,
        ),
        (
            "an unknown kind",
            one(game_rule().with(|r| r.kind = 6)),
            TermsMalformed,
        ),
        (
            "native mode",
            one(game_rule().with(|r| r.mode = 1)),
            FeatureRefused,
        ),
        (
            "an unknown mode",
            one(game_rule().with(|r| r.mode = 2)),
            TermsMalformed,
        ),
        (
            "an unknown flag",
            one(game_rule().with(|r| r.flags = 32)),
            TermsMalformed,
        ),
        (
            "a pinned program",
            one(game_rule().with(|r| r.flags = 8)),
            FeatureRefused,
        ),
        (
            "a cap on an argument",
            one(game_rule().with(|r| r.flags = 16)),
            FeatureRefused,
        ),
        (
            "no discriminator",
            one(game_rule().with(|r| r.discriminator = vec![])),
            BadDiscriminator,
        ),
        (
            "a discriminator of 2 bytes",
            one(game_rule().with(|r| r.discriminator = vec![1, 2])),
            BadDiscriminator,
        ),
        (
            "fewest above most",
            one(game_rule().with(|r| r.min = 4)),
            BadConstraint,
        ),
        (
            "62 accounts",
            one(game_rule().with(|r| r.max = 62)),
            BadConstraint,
        ),
        ("uses of the rule zero", one(game_rule().uses(0)), BadUses),
        (
            "uses of the rule spent already",
            one(game_rule().uses(3).with(|r| r.uses = Some((3, 1)))),
            TermsMalformed,
        ),
        (
            "9 data constraints",
            one((0..9).fold(game_rule(), |r, n| r.arg(8, 0, 0, &[n]))),
            TermsTooLarge,
        ),
        (
            "17 account constraints",
            one((0..17).fold(Rule::new(0, 0, 1, &MOVE, 20), |r, n| r.at(n, 7, &[]))),
            TermsTooLarge,
        ),
        ("a floor of the same asset", floor(255, 255, 1, 1), BadFloor),
        ("a floor of nothing", floor(255, 2, 0, 1), BadFloor),
        ("a floor for nothing", floor(255, 2, 1, 0), BadFloor),
        ("a floor beyond the table", floor(255, 9, 1, 1), BadFloor),
        (
            "a floor whose mint isn't passed",
            floor(255, 2, 1, 1),
            MintMissing,
        ),
        ("an unknown field kind", arg(8, 7, 0, &[1]), BadConstraint),
        ("an unknown operator", arg(8, 0, 8, &[1]), BadConstraint),
        (
            "a value of another width",
            arg(8, 1, 0, &[1]),
            BadConstraint,
        ),
        ("two values for one", arg(8, 0, 0, &[1, 2]), BadConstraint),
        ("in nothing", arg(8, 0, 6, &[]), BadConstraint),
        ("in 17 values", arg(8, 0, 6, &[1; 17]), BadConstraint),
        ("in half a value", arg(8, 1, 6, &[1; 3]), BadConstraint),
        ("a mask without value", arg(8, 0, 7, &[1]), BadConstraint),
        (
            "a mask of a signed number",
            arg(8, 4, 7, &[1; 16]),
            BadConstraint,
        ),
        ("a key below", arg(8, 5, 2, &[1]), BadConstraint),
        ("a key beyond the table", arg(8, 5, 0, &[9]), BadConstraint),
        ("no bytes", arg(8, 6, 0, &[]), BadConstraint),
        ("bytes in", arg(8, 6, 6, &[1]), BadConstraint),
        (
            "a field that ends after the end",
            arg(7, 0x83, 0, &[1; 8]),
            BadConstraint,
        ),
        ("an unknown account kind", at(0, 8, &[]), BadConstraint),
        (
            "a position that the rule doesn't have",
            at(3, 7, &[]),
            BadConstraint,
        ),
        (
            "positions that fall",
            one(Rule::new(0, 0, 1, &MOVE, 3).at(1, 7, &[]).at(0, 7, &[])),
            BadConstraint,
        ),
        (
            "a position twice",
            one(Rule::new(0, 0, 1, &MOVE, 3).at(1, 7, &[]).at(1, 2, &[])),
            BadConstraint,
        ),
        ("a key without index", at(0, 0, &[]), BadConstraint),
        (
            "an account key beyond the table",
            at(0, 0, &[4]),
            BadConstraint,
        ),
        ("the vault said as a key", at(0, 0, &[3]), BadConstraint),
        ("the vault in a set", at(0, 1, &[1, 3]), BadConstraint),
        ("an empty set", at(0, 1, &[]), BadConstraint),
        ("a set of 17", at(0, 1, &[1; 17]), BadConstraint),
        ("vault with payload", at(0, 2, &[0]), BadConstraint),
        (
            "a vault token of a mint beyond the table",
            at(0, 3, &[4]),
            BadConstraint,
        ),
        (
            "an owner token of the vault",
            at(0, 4, &[3, 255]),
            BadConstraint,
        ),
        ("an owner token without mint", at(0, 4, &[1]), BadConstraint),
        ("a position key", at(0, 5, &[]), FeatureRefused),
        (
            "two rules with one id",
            bare(&[GAME], vec![game_rule(), game_rule().with(|r| r.max = 9)]),
            DuplicateRule,
        ),
        (
            "two rules with one content",
            bare(&[GAME], vec![game_rule(), game_rule().with(|r| r.id = 2)]),
            DuplicateRule,
        ),
    ]
}

fn reserved() -> Vec<(String, Terms, ErrorCode)> {
    programs::RESERVED
        .iter()
        .chain([&PROGRAM_ID])
        .map(|program| {
            let kind = if *program == programs::STAKE { 5 } else { 0 };
            let terms = bare(&[*program], vec![Rule::new(0, kind, 1, &[4, 0, 0, 0], 1)]);
            (
                format!("reserved program {}", hex(program)),
                terms,
                ReservedProgram,
            )
        })
        .collect()
}

/// The discriminators that typed programs use today (all 256 are tried in the engine's own tests), and the shape of those
/// that are allowed.
fn typed() -> Vec<(String, Terms, Option<ErrorCode>)> {
    let keys = [
        programs::SYSTEM,
        programs::TOKEN,
        programs::TOKEN_2022,
        programs::ASSOCIATED_TOKEN,
        BOB,
        MINT,
    ];
    let rule = |kind: u8, discriminator: &[u8], accounts: u8| {
        Rule::new(kind - 1, kind, 1, discriminator, accounts)
    };
    let one = |rule: Rule| bare(&keys, vec![rule]);
    let mut cases = vec![];
    for disc in (0..=45u8).chain([254, 255]) {
        let allowed = |accounts: Option<u8>| {
            (
                accounts.unwrap_or(3),
                accounts.is_none().then_some(UnsafeRule),
            )
        };
        let (accounts, expect) = allowed((disc == 2).then_some(2));
        cases.push((
            format!("System {disc}"),
            one(rule(1, &[disc, 0, 0, 0], accounts)),
            expect,
        ));
        let (accounts, expect) = allowed(match disc {
            3 => Some(3),
            12 => Some(4),
            17 => Some(1),
            _ => None,
        });
        cases.push((
            format!("Token {disc}"),
            one(rule(2, &[disc], accounts)),
            expect,
        ));
        cases.push((
            format!("Token-2022 {disc}"),
            one(rule(3, &[disc], accounts)),
            expect,
        ));
        let (accounts, expect) = allowed((disc == 1).then_some(6));
        cases.push((
            format!("ATA {disc}"),
            one(rule(4, &[disc], accounts).at(2, 0, &[4])),
            expect,
        ));
    }
    let shapes = vec![
        (
            "System 2 of 4 bytes, high byte set",
            rule(1, &[2, 0, 0, 1], 2),
            UnsafeRule,
        ),
        (
            "System with a discriminator of 1 byte",
            rule(1, &[2], 2),
            BadDiscriminator,
        ),
        (
            "System with a discriminator of 8 bytes",
            rule(1, &[2, 0, 0, 0, 1, 0, 0, 0], 2),
            BadDiscriminator,
        ),
        (
            "Token with a discriminator of 4 bytes",
            rule(2, &[3, 0, 0, 0], 3),
            BadDiscriminator,
        ),
        (
            "System transfer of 3 accounts",
            rule(1, &[2, 0, 0, 0], 3),
            UnsafeRule,
        ),
        (
            "Token transfer with signers behind",
            rule(2, &[3], 3).with(|r| r.max = 5),
            UnsafeRule,
        ),
        (
            "TransferChecked of 3 accounts",
            rule(2, &[12], 3),
            UnsafeRule,
        ),
        (
            "a typed rule with unbound positions",
            rule(2, &[3], 3).with(|r| r.flags = 4),
            UnsafeRule,
        ),
        (
            "program owned, under Token",
            rule(2, &[3], 3).at(1, 6, &[]),
            BadConstraint,
        ),
        ("ATA without its wallet", rule(4, &[1], 6), UnsafeRule),
        (
            "ATA whose wallet is any",
            rule(4, &[1], 6).at(2, 7, &[]),
            UnsafeRule,
        ),
        (
            "ATA whose mint alone is bound",
            rule(4, &[1], 6).at(3, 0, &[5]),
            UnsafeRule,
        ),
    ];
    cases.extend(
        shapes
            .into_iter()
            .map(|(name, rule, code)| (name.to_owned(), one(rule), Some(code))),
    );
    let good = [
        ("ATA for the vault", rule(4, &[1], 6).at(2, 2, &[])),
        ("ATA for one of a set", rule(4, &[1], 6).at(2, 1, &[4])),
    ];
    cases.extend(
        good.into_iter()
            .map(|(name, rule)| (name.to_owned(), one(rule), None)),
    );
    cases
}

fn truncations() -> Vec<(String, Vec<u8>)> {
    let bytes = rich().bytes();
    let cuts = (0..bytes.len()).step_by(7).chain([bytes.len() - 1]);
    cuts.map(|n| {
        (
            format!("something of everything, cut after {n} bytes"),
            bytes[..n].to_vec(),
        )
    })
    .collect()
}

fn all() -> Vec<Case> {
    let none = Given::default;
    let mut cases: Vec<Case> = good()
        .into_iter()
        .map(|(name, terms, given)| (name.into(), terms.bytes(), given, None))
        .collect();
    for (name, terms, code) in [head(), limits(), rules()].concat() {
        cases.push((name.into(), terms.bytes(), none(), Some(code)));
    }
    for (name, terms, code) in reserved() {
        cases.push((name, terms.bytes(), none(), Some(code)));
    }
    for (name, terms, code) in typed() {
        cases.push((name, terms.bytes(), none(), code));
    }
    let limited = Terms::new(&[GAME, MINT], vec![limit(1, 5)], vec![game_rule()]).bytes();
    for (name, mint) in mint_cases() {
        cases.push((
            format!("a mint {name}"),
            limited.clone(),
            Given(vec![mint]),
            Some(MintRefused),
        ));
    }
    for (name, bytes) in truncations() {
        cases.push((name, bytes, mints(), Some(TermsMalformed)));
    }
    cases
}

pub fn terms() -> Value {
    let cases = all()
        .into_iter()
        .map(|(name, bytes, given, expect)| {
            let accounts: Vec<Value> = given
                .0
                .iter()
                .map(
                    |a| json!({ "key": hex(&a.key), "owner": hex(&a.owner), "data": hex(&a.data) }),
                )
                .collect();
            let found = grant(&bytes, &given).map(|session| json!({ "session": hex(&session) }));
            let mut value = outcome(&name, expect, found);
            value["name"] = json!(name);
            value["terms"] = json!(hex(&bytes));
            value["accounts"] = json!(accounts);
            value
        })
        .collect();
    let ctx = context();
    let mut value = file(
        "Terms to session account: the bytes that a grant writes, or its refusal. `context` holds for all cases; `accounts` \
         are the accounts of the terms (keys given by account in order; mints are looked up among all of them).",
        cases,
    );
    value["context"] = json!({
        "now": ctx.now.to_string(),
        "epoch": ctx.epoch.to_string(),
        "grantId": ctx.grant_id.to_string(),
        "grantDeadline": ctx.grant_deadline.to_string(),
        "config": hex(ctx.config),
        "vault": hex(ctx.vault),
        "sessionKey": hex(ctx.session_key),
        "rentPayer": hex(ctx.rent_payer),
        "programId": hex(ctx.program_id),
        "sessionBump": ctx.session_bump,
        "vaultBump": ctx.vault_bump,
        "createdAt": ctx.created_at.to_string(),
    });
    value
}
