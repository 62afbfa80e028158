//! What the check accepts and refuses, and that its verdict on the scope is the engine's own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

#[path = "../../valetkey-engine/examples/vectors/build.rs"]
mod build;
#[path = "common/support.rs"]
mod support;

use build::*;
use core::cell::RefCell;
use proptest::prelude::*;
use support::*;
use valetkey_engine::layout::{config, counters};
use valetkey_engine::plan::Inner;
use valetkey_engine::scope::match_inner;
use valetkey_verify::{
    verify_and_consume, Account as Any, ConsumeCall, Data, Error, Expect, SessionAccounts, Verified,
};

#[test]
fn a_session_speaks_for_the_one_owner_of_its_canonical_vault() {
    let verified = Call::new(unlimited(vec![rule(1)])).verify().unwrap();
    let expected = Verified {
        owner: OWNER,
        vault: VAULT,
        session_key: SESSION_KEY,
        rule: 0,
        grant_id: build::context().grant_id,
        uses_spent: 0,
    };
    assert_eq!(verified, expected);
}

#[test]
fn a_session_speaks_for_its_vault() {
    let call = Call::new(unlimited(vec![rule(1)])).with(|call| call.authority = VAULT);
    assert_eq!(call.verify().unwrap().owner, VAULT);
    let call = call.with(|call| call.config.data[config::offset::KIND] = 1);
    assert_eq!(call.verify().unwrap().owner, VAULT);
}

#[test]
fn a_session_speaks_for_nobody_else() {
    let call = Call::new(unlimited(vec![rule(1)]));
    for other in [BOB, SESSION_KEY, CONFIG, SESSION, [0; 32]] {
        let call = call.clone().with(|call| call.authority = other);
        assert_eq!(call.refused(), "AuthorityMismatch");
    }
    let owners = config::offset::OWNERS;
    let changes: [fn(&mut Vec<u8>, usize); 4] = [
        // A council, also with the wallet in its seeds.
        |data, _| data[config::offset::KIND] = 1,
        // Another owner.
        |data, owners| data[owners] ^= 1,
        // A second owner.
        |data, owners| {
            data[config::offset::OWNERS_LEN] = 2;
            data[owners + 32] = 9;
        },
        // Opened for another wallet, which this one took over.
        |data, _| data[config::offset::SEED_KEY] ^= 1,
    ];
    for change in changes {
        let call = call
            .clone()
            .with(|call| change(&mut call.config.data, owners));
        assert_eq!(call.refused(), "AuthorityMismatch");
    }
}

#[test]
fn only_valetkeys_accounts_count() {
    let call = Call::new(unlimited(vec![rule(1)]));
    let with = |change: fn(&mut Call)| call.clone().with(change).refused();
    assert_eq!(with(|call| call.session.owner = EVE), "NotASession");
    assert_eq!(with(|call| call.config.owner = EVE), "NotAVaultConfig");
    assert_eq!(with(|call| call.valetkey = EVE), "NotASession");
    assert_eq!(with(|call| call.session.data[0] ^= 1), "NotASession");
    assert_eq!(with(|call| call.session.data[8] = 2), "UnknownVersion");
    assert_eq!(with(|call| call.session.data.truncate(319)), "NotASession");
    assert_eq!(with(|call| call.config.data[0] ^= 1), "NotAVaultConfig");
    assert_eq!(with(|call| call.config.data[8] = 2), "UnknownVersion");
    assert_eq!(with(|call| call.config.key = EVE), "WrongConfig");
    assert_eq!(
        with(|call| call.config.data[config::offset::VAULT] ^= 1),
        "WrongVault"
    );
    assert_eq!(with(|call| call.signs = false), "NotSessionKey");
    assert_eq!(with(|call| call.session_key.key = OWNER), "NotSessionKey");
    // Session and config exchanged, or one for both.
    assert_eq!(
        with(|call| call.session.data = call.config.data.clone()),
        "NotASession"
    );
    assert_eq!(
        with(|call| call.config.data = call.session.data.clone()),
        "NotAVaultConfig"
    );
}

#[test]
fn a_session_lives_within_its_window_and_epoch() {
    let call = Call::new(unlimited(vec![rule(1)]));
    let at = |now: i64| call.clone().with(|call| call.now = now);
    let session = open(&call.session.data);
    let (opens, ends) = (
        session.starts_at().max(session.created_at()),
        session.expires_at(),
    );
    assert!(at(opens).verify().is_ok());
    assert_eq!(at(opens - 1).refused(), "SessionNotStarted");
    assert!(at(ends - 1).verify().is_ok());
    assert_eq!(at(ends).refused(), "SessionExpired");
    let flags = call.session.data[offset::FLAGS];
    let revoked = call.clone().patched(offset::FLAGS, &[flags | 1]);
    assert_eq!(revoked.refused(), "SessionRevoked");
    let newer = (session.epoch() + 1).to_le_bytes();
    let stale = call.clone().with(|call| {
        call.config.data[config::offset::EPOCH..][..8].copy_from_slice(&newer);
    });
    assert_eq!(stale.refused(), "EpochStale");
}

#[test]
fn the_sessions_own_accounts_and_valetkey_need_no_rule() {
    let loose = rule(1).with(|rule| (rule.min, rule.max) = (2, 7));
    let call = Call::new(unlimited(vec![loose])).with(|call| {
        let own = [
            call.session_key.clone(),
            call.session.clone(),
            call.config.clone(),
        ];
        call.accounts.extend(own);
        call.accounts.push(program(PROGRAM_ID));
    });
    assert!(call.verify().is_ok());
    let stranger = call.clone().with(|call| call.accounts.push(wallet(EVE)));
    let refusal = stranger.verify().unwrap_err();
    assert_eq!((refusal.name(), refusal.index), ("UnboundPosition", 6));
    let foreign = call.with(|call| call.accounts.push(program(EVE)));
    assert_eq!(foreign.refused(), "UnboundPosition");
}

#[test]
fn counted_terms_are_refused_and_uncounted_rules_go_before() {
    let session = session_of(&terms(vec![rule(1)]));
    assert_eq!(Call::new(session).refused(), "ConsumeRequired");
    let (uses, cap) = (rule(1).uses(3), rule(1).cap(8, 3, 9));
    for counted in [uses, cap] {
        let call = Call::new(unlimited(vec![counted.clone()]));
        let refusal = call.verify().unwrap_err();
        assert_eq!((refusal.name(), refusal.rule), ("ConsumeRequired", 0));
        let union = Call::new(unlimited(vec![counted, rule(2)]));
        assert_eq!(union.verify().unwrap().rule, 1);
    }
}

#[test]
fn the_refusal_is_that_of_the_rule_for_this_instruction() {
    let vault_rule = rule(2).with(|rule| rule.mode = 0);
    let other = rule(3).with(|rule| rule.discriminator = SWAP.to_vec());
    let narrow = rule(4).arg(8, 3, 0, &9u64.to_le_bytes());
    let foreign = rule(5).with(|rule| rule.program = 4);
    let refused = |rules: &[&Rule]| {
        let rules = rules.iter().map(|rule| (*rule).clone()).collect();
        let refusal = Call::new(unlimited(rules)).verify().unwrap_err();
        (refusal.name(), refusal.rule)
    };
    assert_eq!(refused(&[&foreign]), ("ProgramNotInScope", 255));
    assert_eq!(refused(&[&foreign, &vault_rule]), ("ModeMismatch", 255));
    assert_eq!(
        refused(&[&other, &vault_rule]),
        ("InstructionNotInScope", 255)
    );
    assert_eq!(
        refused(&[&vault_rule, &other, &narrow]),
        ("DataConstraintFailed", 2)
    );
}

/// Runs the check with a `consume` that does what the program does, or whatever `act` does.
fn counting(
    call: &Call,
    act: impl FnOnce(&ConsumeCall, &mut [u8]),
) -> Result<(Verified, ConsumeCall), Error<()>> {
    let mut copies = call.clone();
    let [mut key, mut session, mut config] = [
        &mut copies.session_key,
        &mut copies.session,
        &mut copies.config,
    ]
    .map(|account| core::mem::take(&mut account.data));
    let cells = [&mut key, &mut session, &mut config].map(|data| RefCell::new(data.as_mut_slice()));
    let mut others: Vec<Vec<u8>> = call.accounts.iter().map(|one| one.data.clone()).collect();
    let others: Vec<RefCell<&mut [u8]>> = others
        .iter_mut()
        .map(|data| RefCell::new(data.as_mut_slice()))
        .collect();
    let plain = call.session_accounts();
    let expect = call.expect();
    let [key, session, config] = &cells;
    let accounts = SessionAccounts {
        session_key: with_data(&plain.session_key, key),
        session: with_data(&plain.session, session),
        config: with_data(&plain.config, config),
    };
    let positions: Vec<_> = expect
        .accounts
        .iter()
        .zip(&others)
        .map(|(account, data)| with_data(account, data))
        .collect();
    let expect = Expect {
        valetkey: expect.valetkey,
        program_id: expect.program_id,
        authority: expect.authority,
        ix_data: expect.ix_data,
        accounts: positions,
    };
    let mut seen = None;
    let result = verify_and_consume(&accounts, &expect, call.now, |consume| {
        act(consume, &mut session.borrow_mut());
        seen = Some(*consume);
        Ok(())
    });
    result.map(|verified| (verified, seen.unwrap()))
}

/// The account with its data in a cell, as Anchor has them.
fn with_data<'a, 'd>(
    account: &Any<'a, &[u8]>,
    data: &'a RefCell<&'d mut [u8]>,
) -> Any<'a, &'a RefCell<&'d mut [u8]>> {
    Any {
        key: account.key,
        owner: account.owner,
        data,
        is_signer: account.is_signer,
        is_writable: account.is_writable,
        executable: account.executable,
    }
}

fn count(_: &ConsumeCall, session: &mut [u8]) {
    counters::spend_use(session).unwrap();
}

#[test]
fn the_call_names_the_rule_and_the_capped_argument() {
    let capped = rule(2).cap(8, 3, 100).uses(4);
    let narrow = rule(1).arg(8, 3, 0, &9u64.to_le_bytes());
    let call = Call::new(session_of(&terms(vec![narrow, capped])));
    let (verified, consume) = counting(&call, count).unwrap();
    assert_eq!((verified.rule, consume.rule, consume.argument), (1, 1, 5));
    let discriminator = [0x41, 0xb2, 0x8d, 0x0d, 0x5f, 0x39, 0x4c, 0x9a];
    assert_eq!(consume.data[8..], [1, 5, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(consume.data[..8], discriminator);
}

#[test]
fn nothing_is_verified_unless_the_use_was_counted() {
    let forgotten = Error::Refused(
        valetkey_verify::Refusal::new(valetkey_verify::ErrorCode::ConsumeRequired).rule(0),
    );
    for session in [session_of(&terms(vec![rule(1)])), unlimited(vec![rule(1)])] {
        let call = Call::new(session);
        assert_eq!(counting(&call, |_, _| {}), Err(forgotten));
        let twice = |consume: &ConsumeCall, session: &mut [u8]| {
            count(consume, session);
            count(consume, session);
        };
        assert_eq!(counting(&call, twice), Err(forgotten));
        assert!(counting(&call, count).is_ok());
    }
}

#[test]
fn data_that_somebody_is_writing_are_no_session() {
    let call = Call::new(session_of(&terms(vec![rule(1)])));
    let mut bytes = call.session.data.clone();
    let cell = RefCell::new(bytes.as_mut_slice());
    let writer = cell.borrow_mut();
    assert_eq!((&cell).read(<[u8]>::len), None);
    drop(writer);
    assert_eq!((&cell).read(<[u8]>::len), Some(call.session.data.len()));
}

#[test]
fn a_failed_call_keeps_its_error() {
    let call = Call::new(session_of(&terms(vec![rule(1)])));
    let consume = |_: &ConsumeCall| Err("refused by the program");
    let result = verify_and_consume(&call.session_accounts(), &call.expect(), call.now, consume);
    assert_eq!(result, Err(Error::Call("refused by the program")));
}

#[test]
fn spent_terms_are_refused_before_the_call() {
    let never = |_: &ConsumeCall, _: &mut [u8]| panic!("no call for spent terms");
    let spent = Call::new(session_of(&terms(vec![rule(1)])))
        .patched(offset::USES_SPENT, &100u32.to_le_bytes());
    let name = |call: &Call| match counting(call, never) {
        Err(Error::Refused(refusal)) => refusal.name(),
        other => panic!("{other:?}"),
    };
    assert_eq!(name(&spent), "UsesSpent");
    let mut session = unlimited(vec![rule(1).uses(1)]);
    let at = open(&session).rule_offset(0).unwrap();
    counters::spend_rule_use(&mut session, at).unwrap();
    assert_eq!(name(&Call::new(session)), "RuleUsesSpent");
    for (total, amount, ok) in [
        (5, 5, true),
        (5, 6, false),
        (5, u64::MAX, false),
        (1, 0, true),
    ] {
        let session = unlimited(vec![rule(1).cap(8, 3, total)]);
        let call = Call::new(session).with(|call| call.data = data(amount));
        if ok {
            assert_eq!(counting(&call, count).unwrap().1.argument, amount);
        } else {
            assert_eq!(name(&call), "ArgumentCapExceeded");
        }
    }
    let beyond = Call::new(unlimited(vec![rule(1).cap(9, 3, 5)]));
    assert_eq!(name(&beyond), "ArgumentCapExceeded");
}

#[test]
fn a_spent_rule_makes_room_for_the_next() {
    let mut session = unlimited(vec![rule(1).uses(1), rule(2).cap(8, 3, 5), rule(3)]);
    let rule_of = |session: &[u8]| {
        let call = Call::new(session.to_vec());
        counting(&call, count).unwrap().1.rule
    };
    assert_eq!(rule_of(&session), 0);
    let at = open(&session).rule_offset(0).unwrap();
    counters::spend_rule_use(&mut session, at).unwrap();
    assert_eq!(rule_of(&session), 1);
    let at = open(&session).rule_offset(1).unwrap();
    counters::spend_cap(&mut session, at, 1).unwrap();
    assert_eq!(rule_of(&session), 2);
}

/// Accounts that a game may be called with; none of the session's own, which plans refuse.
fn pool() -> Vec<build::Account> {
    vec![
        wallet(PLAYER),
        wallet(BOB).read_only(),
        wallet(VAULT),
        account(key(0x61), GAME, vec![1; 8]),
        account(
            key(0x62),
            valetkey_engine::programs::TOKEN,
            token_data(MINT, VAULT, 7),
        ),
        account(
            key(0x63),
            valetkey_engine::programs::TOKEN,
            token_data(MINT, BOB, 7),
        ),
        program(EVE),
        account(key(0x64), EVE, vec![]),
    ]
}

/// A rule for `MOVE` with anything that a rule for it can say.
fn any_rule() -> impl Strategy<Value = Rule> {
    let position = prop_oneof![
        (0u8..5).prop_map(|key| (0, vec![key])),
        Just((1, vec![1, 2])),
        Just((2, vec![])),
        Just((3, vec![3])),
        Just((3, vec![255])),
        Just((4, vec![2, 255])),
        Just((4, vec![2, 3])),
        Just((6, vec![])),
        Just((7, vec![])),
    ];
    let positions = prop::collection::btree_map(0u8..4, position, 0..4);
    let bound = prop::option::of((0u8..6, 0u64..6));
    (positions, bound, any::<bool>(), 0u8..3, 3u8..6).prop_map(
        |(positions, bound, unbound, min, max)| {
            let rule = Rule::new(0, 0, 1, &MOVE, 0).with(|rule| {
                (rule.min, rule.max) = (min, max);
                rule.flags |= if unbound { 4 } else { 0 };
            });
            let rule = bound.into_iter().fold(rule, |rule, (operator, value)| {
                rule.arg(8, 3, operator, &value.to_le_bytes())
            });
            let positions = positions.into_iter().filter(|(at, _)| *at < max);
            positions.fold(rule, |rule, (at, (kind, payload))| {
                rule.at(at, kind, &payload)
            })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn the_verdict_is_that_of_the_same_rule_in_a_vault(
        rule in any_rule(),
        chosen in prop::collection::vec(0usize..8, 0..6),
        amount in 0u64..8,
        cut in prop_oneof![9 => Just(16usize), 1 => 0usize..16],
    ) {
        let vault_session = unlimited(vec![rule.clone()]);
        let all = world(&vault_session, [vec![program(GAME)], pool()].concat());
        let data = data(amount)[..cut].to_vec();
        let indices: Vec<u8> = chosen.iter().map(|i| match i { 2 => 3, i => *i as u8 + 5 }).collect();
        let inner = Inner { rule: 0, program: 4, accounts: &indices, data: &data };
        let as_vault = match_inner(&open(&vault_session), &inner, &all, &VAULT, 255).map(|_| ());

        let native = Call::new(unlimited(vec![rule.native()])).with(|call| {
            call.accounts = chosen.iter().map(|i| pool()[*i].clone()).collect();
            call.data = data;
        });
        let as_native = native.verify().map(|_| ()).map_err(|mut refusal| {
            // What doesn't begin like the rule's instruction is of no rule here.
            if refusal.name() == "InstructionNotInScope" { refusal.rule = 0; }
            refusal
        });
        prop_assert_eq!(as_native, as_vault);
    }

    #[test]
    fn no_bytes_make_the_check_panic(
        session in prop::collection::vec(any::<u8>(), 0..400),
        config in prop::collection::vec(any::<u8>(), 0..500),
        data in prop::collection::vec(any::<u8>(), 0..20),
        cut in 0usize..600,
        at in 0usize..600,
        byte in any::<u8>(),
    ) {
        let honest = Call::new(unlimited(vec![rule(1)]));
        let noise = honest.clone().with(|call| {
            (call.session.data, call.config.data, call.data) = (session, config, data);
        });
        prop_assert!(noise.verify().is_err());
        let mut damaged = honest;
        let bytes = &mut damaged.session.data;
        if let Some(place) = bytes.get_mut(at) { *place = byte; }
        bytes.truncate(cut);
        let _ = damaged.verify();
    }
}
