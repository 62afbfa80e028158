//! Decoders: plans, terms, sessions, refusals, typed instructions.

use super::build::*;
use proptest::prelude::*;
use valetkey_engine::layout::SessionView;
use valetkey_engine::plan::{ExecuteArgs, Plan};
use valetkey_engine::programs::ProgramKind;
use valetkey_engine::terms::session_size;
use valetkey_engine::typed::{shape, Typed};
use valetkey_engine::Refusal;

type Parts = (u8, u8, Vec<u8>, Vec<u8>);

fn inners() -> impl Strategy<Value = Vec<Parts>> {
    let bytes = |n| prop::collection::vec(any::<u8>(), 0..n);
    prop::collection::vec((any::<u8>(), any::<u8>(), bytes(62), bytes(80)), 1..17)
}

fn encode(parts: &[Parts]) -> Vec<u8> {
    plan(
        &parts
            .iter()
            .map(|(r, p, a, d)| inner(*r, *p, a, d))
            .collect::<Vec<_>>(),
    )
}

proptest! {
    #[test]
    fn b02_decode_encode_roundtrip_11(parts in inners(), once in any::<u64>()) {
        let bytes = encode(&parts);
        let parsed = Plan::parse(&bytes).unwrap();
        let again: Vec<Parts> = parsed.iter().map(|i| (i.rule, i.program, i.accounts.to_vec(), i.data.to_vec())).collect();
        prop_assert_eq!(&again, &parts);
        let with_once = [&[1u8][..], &once.to_le_bytes(), &bytes].concat();
        let args = ExecuteArgs::parse(&with_once).unwrap();
        prop_assert_eq!((args.once, args.plan), (Some(once), parsed));
    }

    #[test]
    fn b02_every_truncation_and_every_suffix_fails_12_13(parts in inners(), suffix in prop::collection::vec(any::<u8>(), 1..9)) {
        let bytes = encode(&parts);
        for length in 0..bytes.len() {
            prop_assert!(Plan::parse(&bytes[..length]).is_err());
        }
        let longer = [bytes, suffix].concat();
        prop_assert_eq!(Plan::parse(&longer).unwrap_err().name(), "TrailingBytes");
    }

    #[test]
    fn reads_never_leave_the_slice_10(bytes in prop::collection::vec(any::<u8>(), 0..700), version in any::<bool>()) {
        // A panic fails the test; the engine forbids unsafe code, so it can't read elsewhere.
        let mut bytes = bytes;
        if version && bytes.len() > 25 {
            bytes[0] = 1;
            bytes[1] = 0;
            bytes[22..25].iter_mut().for_each(|count| *count %= 5);
        }
        let _ = ExecuteArgs::parse(&bytes);
        let _ = Plan::parse(&bytes);
        if let Ok(size) = session_size(&bytes) {
            prop_assert!((320..=3_072).contains(&size));
            let _ = grant(&bytes, &mints());
        }
        let _ = valetkey_engine::mint::MintFacts::read(&valetkey_engine::programs::TOKEN_2022, &bytes, u64::MAX);
        let _ = valetkey_engine::token::same_but_amount(&bytes, &bytes);
    }

    #[test]
    fn p6_a_changed_byte_of_terms_is_refused_or_changes_the_session(at in 0usize..2_000, value in any::<u8>()) {
        let bytes = rich().bytes();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != value);
        let mut changed = bytes;
        changed[at] = value;
        if let Ok(session) = grant(&changed, &mints()) {
            prop_assert_ne!(session, rich_session());
        }
    }

    #[test]
    fn a_damaged_session_is_never_read_outside_10(at in 0usize..2_000, value in any::<u8>(), cut in 0usize..2_000) {
        let mut bytes = rich_session();
        let (at, cut) = (at % bytes.len(), cut % bytes.len());
        bytes[at] = value;
        bytes.truncate(bytes.len() - cut);
        if let Ok(view) = SessionView::open(&bytes) {
            for rule in 0..=255u8 {
                let _ = view.rule(rule).map(|rule| {
                    let mut data = rule.data_constraints();
                    while let Ok(Some(_)) = data.step() {}
                    let mut positions = data.account_constraints();
                    while let Ok(Some(_)) = positions.step() {}
                });
            }
        }
    }

    #[test]
    fn refusal_bytes_roundtrip_11(bytes in any::<[u8; 24]>()) {
        prop_assert_eq!(Refusal::from_bytes(&bytes).to_bytes(), bytes);
    }

    #[test]
    fn typed_data_has_one_length_25(disc in any::<u8>(), tail in prop::collection::vec(any::<u8>(), 0..20)) {
        let data = [vec![disc], tail].concat();
        let token = Typed::decode(ProgramKind::Token, &data);
        let expected = matches!((disc, data.len()), (3, 9) | (12, 10) | (17, 1));
        prop_assert_eq!(token.is_ok(), expected);
        let ata = Typed::decode(ProgramKind::AssociatedToken, &data);
        prop_assert_eq!(ata.is_ok(), data == [1]);
        let system = Typed::decode(ProgramKind::System, &data);
        prop_assert_eq!(system.is_ok(), data.len() == 12 && data[..4] == [2, 0, 0, 0]);
    }
}

#[test]
fn terms_fail_at_every_truncation_and_with_every_suffix_12_13() {
    let bytes = rich().bytes();
    for length in 0..bytes.len() {
        assert!(session_size(&bytes[..length]).is_err(), "{length}");
    }
    for suffix in 0..=255u8 {
        let longer = [&bytes[..], &[suffix]].concat();
        assert_eq!(session_size(&longer).unwrap_err().name(), "TermsMalformed");
    }
}

/// All 256 first bytes of each typed program, at use and at grant.
#[test]
fn d04_every_system_discriminator_0_to_255_24() {
    for disc in 0..=255u8 {
        let data = [vec![disc, 0, 0, 0], vec![0; 8]].concat();
        let used = Typed::decode(ProgramKind::System, &data);
        assert_eq!(used.is_ok(), disc == 2, "{disc}");
        if let Err(refusal) = used {
            assert_eq!(refusal.name(), "TypedInstructionRefused");
        }
        assert_eq!(
            shape(ProgramKind::System, &[disc, 0, 0, 0]).is_some(),
            disc == 2,
            "{disc}"
        );
        for high in [[disc, 1, 0, 0], [disc, 0, 1, 0], [disc, 0, 0, 1]] {
            let data = [high.to_vec(), vec![0; 8]].concat();
            assert!(Typed::decode(ProgramKind::System, &data).is_err());
            assert!(shape(ProgramKind::System, &high).is_none());
        }
    }
}

#[test]
fn e02_e03_e04_token_decoder_allows_only_the_listed_discriminators_25() {
    for kind in [ProgramKind::Token, ProgramKind::Token2022] {
        for disc in 0..=255u8 {
            let lengths = 1..=34usize;
            let used = lengths
                .filter(|n| Typed::decode(kind, &[vec![disc], vec![0; n - 1]].concat()).is_ok());
            let allowed = matches!(disc, 3 | 9 | 12 | 17);
            assert_eq!(used.count(), usize::from(allowed), "{disc}");
            // Closes are granted where the terms allow them.
            let granted = shape(kind, &[disc]);
            assert_eq!(granted.is_some(), allowed, "{disc}");
            assert_eq!(granted.is_some_and(|shape| shape.closes), disc == 9);
        }
    }
    for disc in 0..=255u8 {
        assert_eq!(
            Typed::decode(ProgramKind::AssociatedToken, &[disc]).is_ok(),
            disc == 1
        );
        assert_eq!(
            shape(ProgramKind::AssociatedToken, &[disc]).is_some(),
            disc == 1
        );
        assert_eq!(
            Typed::decode(ProgramKind::Stake, &[disc, 0, 0, 0]).is_ok(),
            matches!(disc, 2 | 5)
        );
        for other in [&[disc][..], &[disc, 1, 0, 0], &[disc, 0, 0, 0, 0]] {
            assert!(Typed::decode(ProgramKind::Stake, other).is_err());
        }
        assert_eq!(
            shape(ProgramKind::Stake, &[disc, 0, 0, 0]).is_some(),
            matches!(disc, 2 | 5)
        );
    }
}
