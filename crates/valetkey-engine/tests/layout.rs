//! Accounts lie byte by byte as `docs/layout.md` says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
#![allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]

#[path = "../examples/vectors/build.rs"]
mod build;

use build::*;
use sha2::{Digest, Sha256};
use valetkey_engine::layout::counters::*;
use valetkey_engine::layout::{config, proposal, session, Asset, SessionView};
use valetkey_engine::limits::NewCounters;
use valetkey_engine::{programs, ErrorCode};

fn discriminator(name: &str) -> [u8; 8] {
    Sha256::digest(name)[..8].try_into().unwrap()
}

#[test]
fn discriminators_are_hashes_of_their_names() {
    assert_eq!(session::DISCRIMINATOR, discriminator("account:Session"));
    assert_eq!(config::DISCRIMINATOR, discriminator("account:VaultConfig"));
    assert_eq!(proposal::DISCRIMINATOR, discriminator("account:Proposal"));
}

#[test]
fn k06_error_codes_are_stable() {
    let found: Vec<u32> = valetkey_engine::errors::ALL_ERRORS
        .iter()
        .map(|e| e.code())
        .collect();
    for pair in found.windows(2) {
        let next_of_family = pair[1] == pair[0] + 1;
        let next_family = pair[1] == (pair[0] / 100 + 1) * 100;
        assert!(
            next_of_family || next_family,
            "{} is followed by {}",
            pair[0],
            pair[1]
        );
    }
    // Names and numbers of all are in tests/vectors/errors.json; some of the first release:
    assert_eq!(ErrorCode::NotASession.code(), 6000);
    assert_eq!(ErrorCode::SessionRevoked.code(), 6005);
    assert_eq!(ErrorCode::AlreadyExecuted.code(), 6108);
    assert_eq!(ErrorCode::LimitTotalExceeded.code(), 6501);
    assert_eq!(ErrorCode::RawInstruction.code(), 6708);
    assert!(found
        .iter()
        .all(|code| ErrorCode::from_code(*code).map(ErrorCode::code) == Some(*code)));
    assert_eq!(ErrorCode::from_code(5999), None);
    assert_eq!(valetkey_engine::refusal::name(1), "?");
}

/// The whole account of one small session, written by hand from the tables of `docs/layout.md`.
#[test]
fn a_session_account_lies_as_documented() {
    let rule = Rule::new(0, 0, 0x0203, &MOVE, 3).uses(9).at(1, 0, &[1]);
    let limits = vec![Limit {
        per_execute: Some(500),
        per_period: Some((700, 3_600)),
        ..limit(2, 1_000)
    }];
    let terms = Terms::new(&[GAME, BOB, MINT], limits, vec![rule]).with(|t| {
        t.starts_at = 7;
        t.origin = Some(key(0x77));
        t.guardian = Some(1);
    });
    let mint = Given(vec![account(MINT, programs::TOKEN_2022, mint_data(6))]);
    let found = grant(&terms.bytes(), &mint).unwrap();

    let mut want = vec![0xf3, 0x51, 0x48, 0x73, 0xd6, 0xbc, 0x48, 0x90];
    want.extend([1, 0, 3, 1, 1, 254, 255, 1, 253, 0, 0, 0]);
    want.extend([0; 4]); // revision
    want.extend(0x1122_3344_5566_7788u64.to_le_bytes());
    for key in [CONFIG, VAULT, SESSION_KEY, PAYER, key(0x77)] {
        want.extend(key);
    }
    want.extend(3u64.to_le_bytes()); // epoch
    want.extend(7i64.to_le_bytes()); // starts_at
    want.extend((NOW + DAY).to_le_bytes());
    want.extend(NOW.to_le_bytes()); // grant_deadline
    want.extend(NOW.to_le_bytes()); // created_at
    want.extend([0; 8 + 8 + 16]); // seq, once, map
    want.extend([100, 0, 0, 0, 0, 0, 0, 0]); // uses
    want.extend([0; 8 * 3 + 8 + 16]); // fee budget, extensions, reserved
    assert_eq!(want.len(), 320);
    for key in [GAME, BOB, MINT] {
        want.extend(key);
    }
    want.extend([2, 255, 0b111, 6]);
    want.extend(3_600u32.to_le_bytes());
    for number in [1_000u64, 500, 700, 0, 0, 0] {
        want.extend(number.to_le_bytes());
    }
    want.extend([0xda, 0x01]); // 320 + 96 + 56 + 2 = 474
    want.extend([0, 0, 3, 2, 1, 0, 3, 3, 8, 0, 1]);
    want.extend(MOVE);
    want.extend([9, 0, 0, 0, 0, 0, 0, 0]);
    want.extend([1, 0, 1, 1]);
    assert_eq!(found, want);
}

#[test]
fn a14_replaced_policy_shares_no_bytes_with_old() {
    let terms = rich().bytes();
    let size = rich_session().len();
    let write = |fill: u8| {
        let mut out = vec![fill; size];
        let found = valetkey_engine::terms::write_session(&terms, &context(), &mints(), &mut out);
        assert_eq!(found, Ok(size));
        out
    };
    assert_eq!(write(0x00), write(0xff));
}

#[test]
fn counters_change_their_own_bytes_only() {
    let before = rich_session();
    let mut data = before.clone();
    spend_use(&mut data).unwrap();
    assert_eq!(bump_seq(&mut data), Ok(1));
    set_once(&mut data, 7, 1 << 100).unwrap();
    set_limit(
        &mut data,
        1,
        &NewCounters {
            spent: 11,
            period: 12,
            period_spent: 13,
        },
    )
    .unwrap();
    let rule = open(&before).rule_offset(0).unwrap();
    spend_rule_use(&mut data, rule).unwrap();
    set_revoked(&mut data).unwrap();

    let view = open(&data);
    assert_eq!(
        (view.uses_spent(), view.seq(), view.once()),
        (1, 1, (7, 1 << 100))
    );
    assert_eq!(view.limit(1).unwrap().state().spent, 11);
    assert_eq!(view.rule(0).unwrap().uses().unwrap().spent, 1);
    assert!(view.is_revoked());
    let limit = 320 + 10 * 32 + 56;
    let may_change = |i: usize| {
        i == 9
            || (232..264).contains(&i)
            || (268..272).contains(&i)
            || (limit + 32..limit + 56).contains(&i)
            || (rule + 19..rule + 23).contains(&i)
    };
    let changed = before
        .iter()
        .zip(&data)
        .enumerate()
        .filter(|(_, (b, a))| b != a);
    changed.for_each(|(i, _)| assert!(may_change(i), "byte {i}"));
}

#[test]
fn g11_rule_without_uses_left_denies() {
    let mut data = rich_session();
    let at = open(&data).rule_offset(0).unwrap();
    for _ in 0..3 {
        spend_rule_use(&mut data, at).unwrap();
    }
    let before = data.clone();
    assert_eq!(
        spend_rule_use(&mut data, at).unwrap_err().name(),
        "RuleUsesSpent"
    );
    assert_eq!(data, before);
    let without = open(&data).rule_offset(1).unwrap();
    spend_rule_use(&mut data, without).unwrap();
    assert_eq!(
        data, before,
        "a rule without uses of its own counts nothing"
    );
}

#[test]
fn uses_end_at_their_number_and_unlimited_uses_never() {
    let rule = Rule::new(0, 0, 1, &[7], 1);
    let mut data = grant(
        &Terms::new(&[GAME], vec![], vec![rule.clone()])
            .with(|t| t.uses = 2)
            .bytes(),
        &Given::default(),
    )
    .unwrap();
    spend_use(&mut data).unwrap();
    spend_use(&mut data).unwrap();
    assert_eq!(spend_use(&mut data).unwrap_err().name(), "UsesSpent");
    let unlimited = Terms::new(&[GAME], vec![], vec![rule]).with(|t| (t.flags, t.uses) = (2, 0));
    let mut data = grant(&unlimited.bytes(), &Given::default()).unwrap();
    data[268..272].copy_from_slice(&u32::MAX.to_le_bytes());
    spend_use(&mut data).unwrap();
    assert_eq!(open(&data).uses_spent(), u32::MAX);
}

#[test]
fn counters_refuse_what_is_no_session() {
    let short = &mut [0u8; 319][..];
    let results = [
        spend_use(short),
        bump_seq(short).map(|_| ()),
        set_once(short, 1, 1),
        set_revoked(short),
        set_limit(
            short,
            0,
            &NewCounters {
                spent: 0,
                period: 0,
                period_spent: 0,
            },
        ),
        spend_rule_use(short, 400),
    ];
    assert!(results
        .iter()
        .all(|result| result.unwrap_err().name() == "NotASession"));
    let mut data = rich_session();
    let counters = NewCounters {
        spent: 0,
        period: 0,
        period_spent: 0,
    };
    assert!(
        set_limit(&mut data, 3, &counters).is_err(),
        "the rich session has three limits"
    );
}

#[test]
fn limits_are_found_by_asset() {
    let data = rich_session();
    let view = open(&data);
    assert_eq!(view.limit_of(&Asset::Sol), Some(0));
    assert_eq!(view.limit_of(&Asset::Mint(&MINT)), Some(1));
    assert_eq!(view.limit_of(&Asset::Mint(&MINT_2022)), Some(2));
    assert_eq!(view.limit_of(&Asset::Mint(&OTHER_MINT)), None);
    assert_eq!(view.asset(255), Some(Asset::Sol));
    assert_eq!(view.asset(at::MINT), Some(Asset::Mint(&MINT)));
    assert_eq!(view.asset(10), None);
    assert_eq!(view.guardian(), Some(&GUARDIAN));
    assert_eq!(view.sponsor(), None);
}

#[test]
fn bumping_the_epoch_changes_the_epoch_only() {
    let mut data = vec![0; 488];
    config::write_canonical_config(&mut data, &OWNER, 0, 1, 2, &VAULT).unwrap();
    let before = data.clone();
    assert_eq!(config::bump_epoch(&mut data), Ok(2));
    assert_eq!(data[24], 2);
    data[24] = 1;
    assert_eq!(data, before);
    assert!(
        config::write_canonical_config(&mut data, &OWNER, 0, 1, 2, &VAULT).is_err(),
        "not twice"
    );
    data[24..32].copy_from_slice(&[255; 8]);
    assert_eq!(
        config::bump_epoch(&mut data).unwrap_err().name(),
        "ArithmeticOverflow"
    );
}

#[test]
fn b09_the_worst_rule_offset_is_refused() {
    let mut data = rich_session();
    let offsets = 320 + 10 * 32 + 3 * 56;
    data[offsets..offsets + 2].copy_from_slice(&u16::MAX.to_le_bytes());
    let view = SessionView::open(&data).unwrap();
    assert_eq!(view.rule(0).unwrap_err().name(), "NotASession");
}
