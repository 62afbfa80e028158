//! Rules, constraints, protected accounts.

use super::build::*;
use proptest::prelude::*;
use valetkey_engine::accounts::Accounts;
use valetkey_engine::layout::rule::DataConstraint;
use valetkey_engine::plan::Inner;
use valetkey_engine::scope::{holds, match_inner};
use valetkey_engine::{key_eq, programs};

fn others() -> Vec<Account> {
    vec![
        program(programs::SYSTEM),
        program(programs::TOKEN),
        program(GAME),
        program(PROGRAM_ID),
        wallet(BOB),
        account(PLAYER, GAME, vec![1; 40]),
        account(key(0x51), programs::TOKEN, token_data(MINT, VAULT, 1_000)),
        account(key(0x53), programs::TOKEN, token_data(MINT, BOB, 0)),
        wallet(EVE).read_only(),
    ]
}

/// Data that some rule of the rich session allows, and noise.
fn data() -> impl Strategy<Value = Vec<u8>> {
    let step = [&MOVE[..], &[2], &[0; 8]].concat();
    prop_oneof![
        Just(transfer(5)),
        Just(token_transfer(5)),
        Just(token_transfer_checked(5, 6)),
        Just(SWAP.to_vec()),
        Just(step),
        Just(vec![7]),
        prop::collection::vec(any::<u8>(), 0..20),
    ]
}

/// Whether a matched instruction keeps what no rule can waive.
fn is_safe(world: &World, inner: &Inner) -> bool {
    let free = |i: u8| usize::from(i) < world.len() && !world.is_protected(usize::from(i));
    inner.accounts.iter().all(|i| free(*i)) && free(inner.program)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn index_is_below_the_number_of_accounts_and_protected_keys_stay_out_14_21(
        rule in 0u8..10,
        program in 0u8..16,
        accounts in prop::collection::vec(0u8..16, 0..6),
        data in data(),
    ) {
        let session = rich_session();
        let world = world(&session, others());
        let inner = Inner { rule, program, accounts: &accounts, data: &data };
        if let Ok(matched) = match_inner(&open(&session), &inner, &world, &VAULT, 0) {
            prop_assert!(is_safe(&world, &inner));
            prop_assert!(data.starts_with(matched.rule.discriminator()));
            prop_assert!(matched.visible.is_none_or(|visible| visible.amount > 0));
        }
    }

    #[test]
    fn b04_short_discriminator_rule_cannot_match_other_ix_15(stored in 1usize..4, data in prop::collection::vec(any::<u8>(), 0..12)) {
        let discriminator = [vec![7], vec![7; 4], vec![7; 8]][stored - 1].clone();
        let rule = Rule::new(0, 0, 1, &discriminator, 0);
        let session = grant(&Terms::new(&[GAME], vec![], vec![rule]).bytes(), &Given::default()).unwrap();
        let world = world(&session, others());
        let inner = Inner { rule: 0, program: 6, accounts: &[], data: &data };
        let found = match_inner(&open(&session), &inner, &world, &VAULT, 0).is_ok();
        prop_assert_eq!(found, data.starts_with(&discriminator));
    }

    #[test]
    fn removing_or_adding_another_rule_never_changes_a_verdict_17_18(
        keep in 1usize..=9,
        rule in 0u8..9,
        program in 4u8..7,
        accounts in prop::collection::vec(3u8..13, 1..5),
        data in data(),
    ) {
        let whole = rich_session();
        let part = grant(&rich().with(|terms| terms.rules.truncate(keep)).bytes(), &mints()).unwrap();
        let inner = Inner { rule, program, accounts: &accounts, data: &data };
        let in_whole = match_inner(&open(&whole), &inner, &world(&whole, others()), &VAULT, 0).map(|m| m.visible.map(|v| v.amount));
        let in_part = match_inner(&open(&part), &inner, &world(&part, others()), &VAULT, 0).map(|m| m.visible.map(|v| v.amount));
        if usize::from(rule) < keep {
            prop_assert_eq!(in_whole, in_part);
        } else {
            prop_assert_eq!(in_part.unwrap_err().name(), "RuleOutOfRange");
        }
    }

    #[test]
    fn b10_constraint_never_matches_short_data_26(
        kind in 0u8..=255,
        operator in any::<u8>(),
        offset in 0u16..40,
        payload in prop::collection::vec(any::<u8>(), 0..40),
        data in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let constraint = DataConstraint { offset, kind, operator, payload: &payload };
        let width = match kind & 0x7f { 0 => 1, 1 => 2, 2 => 4, 3 | 4 => 8, 5 => 32, 6 => payload.len(), _ => 1_000 };
        let start = if kind < 128 { Some(usize::from(offset)) } else { data.len().checked_sub(usize::from(offset)) };
        let there = start.is_some_and(|start| start + width <= data.len());
        if holds(&constraint, &data, &[GAME, BOB]) {
            prop_assert!(there);
            prop_assert!(operator <= 7 && !payload.is_empty() || (kind & 0x7f == 6));
        }
    }

    #[test]
    fn numeric_operators_are_those_of_rust(kind in 0u8..5, operator in 0u8..6, field in any::<[u8; 8]>(), bound in any::<[u8; 8]>(), same in any::<bool>()) {
        let bound = if same { field } else { bound };
        let width = [1, 2, 4, 8, 8][usize::from(kind)];
        let unsigned = |b: &[u8; 8]| { let mut w = [0; 8]; w[..width].copy_from_slice(&b[..width]); i128::from(u64::from_le_bytes(w)) };
        let number = |b: &[u8; 8]| if kind == 4 { i128::from(i64::from_le_bytes(*b)) } else { unsigned(b) };
        let (a, b) = (number(&field), number(&bound));
        let expected = [a == b, a != b, a < b, a <= b, a > b, a >= b][usize::from(operator)];
        let constraint = DataConstraint { offset: 0, kind, operator, payload: &bound[..width] };
        prop_assert_eq!(holds(&constraint, &field, &[]), expected);
        let from_end = DataConstraint { offset: 8, kind: kind | 0x80, operator, payload: &bound[..width] };
        prop_assert_eq!(holds(&from_end, &field, &[]), expected);
    }

    #[test]
    fn pubkey_operator_equals_byte_equality_27(a in any::<[u8; 32]>(), at in 0usize..32, bit in 0u8..8, same in any::<bool>()) {
        let mut b = a;
        if !same {
            b[at] ^= 1 << bit;
        }
        prop_assert_eq!(key_eq(&a, &b), a == b);
        let constraint = |operator| DataConstraint { offset: 0, kind: 5, operator, payload: &[0] };
        prop_assert_eq!(holds(&constraint(0), &a, &[b]), a == b);
        prop_assert_eq!(holds(&constraint(1), &a, &[b]), a != b);
        prop_assert_eq!(holds(&constraint(6), &a, &[b]), a == b);
    }
}

#[test]
fn mask_and_in_take_their_whole_payload() {
    let holds = |operator, payload: &[u8], field: u8| {
        holds(
            &DataConstraint {
                offset: 0,
                kind: 0,
                operator,
                payload,
            },
            &[field],
            &[],
        )
    };
    assert!(holds(7, &[0b110, 0b010], 0b1011) && !holds(7, &[0b110, 0b010], 0b1111));
    assert!(holds(6, &[1, 2, 9], 9) && !holds(6, &[1, 2, 9], 3));
    assert!(!holds(7, &[0b110], 0b110), "a mask without value is false");
}

#[test]
fn g11_empty_list_denies_16() {
    let terms = Terms::new(&[GAME], vec![], vec![]).bytes();
    assert_eq!(
        grant(&terms, &Given::default()).unwrap_err().name(),
        "EmptyScope"
    );
    // Even a session account without rules would allow nothing.
    let mut session = rich_session();
    session[12] = 0;
    let world = world(&session, others());
    for rule in 0..=255u8 {
        let inner = Inner {
            rule,
            program: 6,
            accounts: &[],
            data: &[7],
        };
        let refusal = match_inner(&open(&session), &inner, &world, &VAULT, 0).unwrap_err();
        assert_eq!(refusal.name(), "RuleOutOfRange");
    }
}

#[test]
fn position_keys_native_mode_and_later_flags_are_refused_at_use_too() {
    let rule = |change: fn(&mut Vec<u8>, usize)| {
        let terms = Terms::new(
            &[GAME],
            vec![],
            vec![Rule::new(0, 0, 1, &[7], 1).at(0, 7, &[])],
        );
        let mut session = grant(&terms.bytes(), &Given::default()).unwrap();
        let at = open(&session).rule_offset(0).unwrap();
        change(&mut session, at);
        let world = world(&session, others());
        let inner = Inner {
            rule: 0,
            program: 6,
            accounts: &[8],
            data: &[7],
        };
        match_inner(&open(&session), &inner, &world, &VAULT, 0)
            .map(|_| "")
            .unwrap_or_else(|r| r.name())
    };
    assert_eq!(rule(|_, _| ()), "");
    assert_eq!(rule(|bytes, at| bytes[at + 13] = 5), "PositionKeyRefused");
    assert_eq!(rule(|bytes, at| bytes[at + 1] = 1), "ModeMismatch");
    assert_eq!(rule(|bytes, at| bytes[at + 4] = 8), "NotASession");
    assert_eq!(rule(|bytes, at| bytes[at + 4] = 128), "NotASession");
    assert_eq!(
        rule(|bytes, at| bytes[at + 5] = 5),
        "TypedInstructionRefused"
    );
    assert_eq!(rule(|bytes, at| bytes[at + 5] = 6), "NotASession");
    assert_eq!(
        rule(|bytes, at| bytes[at + 13] = 8),
        "AccountConstraintFailed"
    );
}
