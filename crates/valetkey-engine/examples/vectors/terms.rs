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
        ("every feature on", full(), full_mints()),
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
    .into_iter()
    .chain(opt_ins())
    .collect()
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
        (
            "a fee budget whose sponsor is beyond the table",
            game().with(|t| t.fee = Some((3, 9, 9))),
            TermsMalformed,
        ),
        (
            "a fee budget of nobody",
            game().with(|t| t.fee = Some((255, 9, 9))),
            TermsMalformed,
        ),
        (
            "a fee budget of nothing",
            game().with(|t| t.fee = Some((1, 0, 0))),
            BadLimit,
        ),
        (
            "a fee budget of nothing per execute",
            game().with(|t| t.fee = Some((1, 9, 0))),
            BadLimit,
        ),
        (
            "a fee budget of more per execute than in total",
            game().with(|t| t.fee = Some((1, 9, 10))),
            BadLimit,
        ),
        (
            "extensions of nothing",
            game().with(|t| t.extensions = Some(0)),
            TermsMalformed,
        ),
        (
            "the extension of closable mints",
            game().with(|t| t.extensions = Some(1 << 3)),
            FeatureRefused,
        ),
        (
            "the extension of non-transferable mints among others",
            game().with(|t| t.extensions = Some(ALL_EXTENSIONS | 1 << 9)),
            FeatureRefused,
        ),
        (
            "an extension that is always allowed",
            game().with(|t| t.extensions = Some(1 << 18)),
            FeatureRefused,
        ),
        (
            "an extension that nobody knows yet",
            game().with(|t| t.extensions = Some(1 << 63)),
            FeatureRefused,
        ),
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
            (0..8u8).fold(Rule::new(0, 0, id, &[id as u8], 1), |rule, n| {
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
            "the vault as a wallet",
            Terms::new(
                &[GAME, VAULT],
                vec![Limit { source: 1, ..sol() }],
                vec![game_rule()],
            ),
            BadLimit,
        ),
        (
            "the config as a wallet",
            Terms::new(
                &[GAME, CONFIG],
                vec![Limit { source: 1, ..sol() }],
                vec![game_rule()],
            ),
            BadLimit,
        ),
        (
            "two limits of one wallet",
            Terms::new(
                &[GAME, BOB],
                vec![Limit { source: 1, ..sol() }; 2],
                vec![game_rule()],
            ),
            DuplicateLimit,
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

/// Each extension of a mint, alone: without its bit in the terms, with it, with all the others.
fn extension_cases() -> Vec<(String, Option<u64>, Account, Option<ErrorCode>)> {
    let harmless = 18..=23u16;
    let offered = [1u16, 4, 6, 10, 12, 14, 16, 25, 26];
    let mint = |kind: u16| {
        account(
            MINT,
            programs::TOKEN_2022,
            mint_2022_data(6, &[(kind, vec![1; 40])]),
        )
    };
    let mut cases = vec![];
    for kind in 1..=40u16 {
        let always = harmless.contains(&kind);
        let expect = |known: bool| (!known).then_some(MintRefused);
        cases.push((
            format!("a mint with extension {kind}, nothing allowed"),
            None,
            mint(kind),
            expect(always),
        ));
        cases.push((
            format!("a mint with extension {kind}, everything allowed"),
            Some(ALL_EXTENSIONS),
            mint(kind),
            expect(always || offered.contains(&kind)),
        ));
        if offered.contains(&kind) {
            let bit = 1u64 << kind;
            cases.push((
                format!("a mint with extension {kind}, allowed by name"),
                Some(bit),
                mint(kind),
                None,
            ));
            cases.push((
                format!("a mint with extension {kind}, all others allowed"),
                Some(ALL_EXTENSIONS & !bit),
                mint(kind),
                Some(MintRefused),
            ));
        }
    }
    let wide = mint(64 + 1);
    cases.push((
        "a mint with extension 65, whose bit would wrap".to_owned(),
        Some(ALL_EXTENSIONS),
        wide,
        Some(MintRefused),
    ));
    cases
}

/// Each opt-in alone.
fn opt_ins() -> Vec<(&'static str, Terms, Given)> {
    let none = Given::default;
    let one = |rule: Rule| bare(&[GAME, BOB, MINT], vec![rule]);
    let wallet_limits = vec![
        limit(255, 5),
        Limit {
            source: 1,
            ..limit(255, 6)
        },
        Limit {
            source: 2,
            ..limit(255, 7)
        },
    ];
    vec![
        ("closes", game().with(|t| t.flags = 4), none()),
        (
            "position keys",
            one(game_rule().at(1, 5, &[])).with(|t| t.flags = 8),
            none(),
        ),
        (
            "a fee budget",
            game().with(|t| t.fee = Some((1, 9, 9))),
            none(),
        ),
        (
            "extensions of accounts",
            game().with(|t| t.extensions = Some(1 << 8 | 1 << 11)),
            none(),
        ),
        (
            "wallets as sources",
            Terms::new(&[GAME, BOB, EVE], wallet_limits, vec![game_rule()]),
            none(),
        ),
        ("native mode", one(game_rule().native()), none()),
        (
            "native mode with uses and a cap",
            one(game_rule().native().uses(4).cap(1, 0x80, u64::MAX)),
            none(),
        ),
        ("a pin", one(game_rule().pin(1, 5)), none()),
        ("a cap", one(game_rule().cap(8, 3, 9)), none()),
        (
            "a cap on one byte from the end",
            one(game_rule().cap(1, 0x80, 9)),
            none(),
        ),
        (
            "uses, a floor, a pin and a cap",
            one(game_rule()
                .uses(2)
                .floor(255, 2, 1, 1)
                .pin(1, u64::MAX)
                .cap(9, 1, 70_000)),
            Given(vec![account(MINT, programs::TOKEN, mint_data(6))]),
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
            "native mode with a pin",
            one(game_rule().native().pin(1, 5)),
            UnsafeRule,
        ),
        (
            "native mode of a typed program",
            bare(
                &[programs::SYSTEM],
                vec![Rule::new(0, 1, 1, &[2, 0, 0, 0], 2).native()],
            ),
            UnsafeRule,
        ),
        (
            "a position key in native mode",
            one(game_rule().native().at(1, 5, &[])).with(|t| t.flags = 8),
            UnsafeRule,
        ),
        (
            "a pin beyond the table",
            one(game_rule().pin(4, 5)),
            BadConstraint,
        ),
        (
            "a cap of nothing",
            one(game_rule().cap(8, 3, 0)),
            BadConstraint,
        ),
        (
            "a cap on a signed number",
            one(game_rule().cap(8, 4, 1)),
            BadConstraint,
        ),
        (
            "a cap on a key",
            one(game_rule().cap(8, 5, 1)),
            BadConstraint,
        ),
        (
            "a cap on bytes",
            one(game_rule().cap(8, 6, 1)),
            BadConstraint,
        ),
        (
            "a cap on a field that ends after the end",
            one(game_rule().cap(7, 0x83, 1)),
            BadConstraint,
        ),
        (
            "a cap spent already",
            one(game_rule()
                .cap(8, 3, 9)
                .with(|r| r.cap = Some((8, 3, 9, 1)))),
            TermsMalformed,
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
        (
            "a position key that the terms don't allow",
            at(0, 5, &[]),
            UnsafeRule,
        ),
        (
            "a position key with payload",
            at(0, 5, &[1]).with(|t| t.flags = 8),
            BadConstraint,
        ),
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
            let terms = bare(&[*program], vec![Rule::new(0, 0, 1, &[4, 0, 0, 0], 1)]);
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
        programs::STAKE,
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
            one(rule(4, &[disc], accounts).at(2, 0, &[5])),
            expect,
        ));
        let (accounts, expect) = allowed(match disc {
            2 => Some(6),
            5 => Some(3),
            _ => None,
        });
        let stake = rule(5, &[disc, 0, 0, 0], accounts);
        cases.push((
            format!("Stake {disc}"),
            one(stake.at(0, 0, &[5]).at(1, 1, &[5, 6])),
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
            rule(4, &[1], 6).at(3, 0, &[6]),
            UnsafeRule,
        ),
        ("CloseAccount, not allowed", rule(2, &[9], 3), UnsafeRule),
        (
            "a hook's accounts, not allowed",
            rule(3, &[12], 4).with(|r| r.max = 8),
            UnsafeRule,
        ),
        (
            "Stake with a discriminator of 1 byte",
            rule(5, &[2], 6),
            BadDiscriminator,
        ),
        (
            "Stake 2 whose vote is any",
            rule(5, &[2, 0, 0, 0], 6).at(0, 0, &[5]).at(1, 7, &[]),
            UnsafeRule,
        ),
        (
            "Stake 2 whose stake isn't bound",
            rule(5, &[2, 0, 0, 0], 6).at(1, 0, &[5]),
            UnsafeRule,
        ),
        (
            "Stake 2 whose stake is the vault",
            rule(5, &[2, 0, 0, 0], 6).at(0, 2, &[]).at(1, 0, &[5]),
            UnsafeRule,
        ),
        (
            "Stake 5 of 4 accounts",
            rule(5, &[5, 0, 0, 0], 4).at(0, 0, &[5]),
            UnsafeRule,
        ),
        (
            "Stake 5 without its stake",
            rule(5, &[5, 0, 0, 0], 3),
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
        ("ATA for one of a set", rule(4, &[1], 6).at(2, 1, &[5])),
    ];
    cases.extend(
        good.into_iter()
            .map(|(name, rule)| (name.to_owned(), one(rule), None)),
    );
    let closing = |kind| one(rule(kind, &[9], 3)).with(|t| t.flags = 4);
    let hooked =
        |rule: Rule, least: u8, most: u8| one(rule.with(|r| (r.min, r.max) = (least, most)));
    let hook = |terms: Terms| terms.with(|t| t.extensions = Some(1 << 14));
    let opted = [
        ("Token CloseAccount, allowed", closing(2), None),
        ("Token-2022 CloseAccount, allowed", closing(3), None),
        (
            "CloseAccount of 4 accounts",
            hooked(rule(2, &[9], 3), 4, 4).with(|t| t.flags = 4),
            Some(UnsafeRule),
        ),
        (
            "a hook's accounts, allowed",
            hook(hooked(rule(3, &[12], 4), 4, 9)),
            None,
        ),
        (
            "exactly one account of a hook",
            hook(hooked(rule(3, &[12], 4), 5, 5)),
            None,
        ),
        (
            "a hook's accounts instead of the transfer's",
            hook(hooked(rule(3, &[12], 4), 3, 9)),
            Some(UnsafeRule),
        ),
        (
            "a hook's accounts behind a plain Transfer",
            hook(hooked(rule(3, &[3], 3), 3, 4)),
            Some(UnsafeRule),
        ),
        (
            "a hook's accounts under Token",
            hook(hooked(rule(2, &[12], 4), 4, 5)),
            Some(UnsafeRule),
        ),
        (
            "a hook's accounts, unbound",
            hook(hooked(rule(3, &[12], 4).with(|r| r.flags = 4), 4, 5)),
            Some(UnsafeRule),
        ),
    ];
    cases.extend(opted.map(|(name, terms, code)| (name.to_owned(), terms, code)));
    cases
}

fn truncations() -> Vec<(String, Vec<u8>)> {
    let bytes = full().bytes();
    let cuts = (0..bytes.len()).step_by(7).chain([bytes.len() - 1]);
    cuts.map(|n| {
        (
            format!("every feature on, cut after {n} bytes"),
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
    let floored = bare(
        &[GAME, BOB, MINT],
        vec![game_rule().native().floor(255, 2, 1, 1)],
    );
    let mint = account(MINT, programs::TOKEN, mint_data(6));
    cases.push((
        "native mode with a floor".into(),
        floored.bytes(),
        Given(vec![mint]),
        Some(UnsafeRule),
    ));
    for (name, extensions, mint, expect) in extension_cases() {
        let terms = Terms::new(&[GAME, MINT], vec![limit(1, 5)], vec![game_rule()])
            .with(|t| t.extensions = extensions);
        cases.push((name, terms.bytes(), Given(vec![mint]), expect));
    }
    for (name, bytes) in truncations() {
        cases.push((name, bytes, full_mints(), Some(TermsMalformed)));
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
