//! Proposals: written, sealed, approved, enacted, cancelled.

use super::build::*;
use proptest::prelude::*;
use valetkey_engine::layout::config::{set_owners, write_council_config};
use valetkey_engine::layout::proposal::{
    append, mark_consumed, proposal_size, seal, write_proposal, Kind, NewProposal,
};
use valetkey_engine::layout::{ConfigView, ProposalView};
use valetkey_engine::owners::Owners;
use valetkey_engine::proposal::*;

fn owners(threshold: u8, timelock: u32, keys: &[[u8; 32]]) -> Owners<'_> {
    Owners {
        threshold,
        timelock,
        keys,
    }
}

fn new_proposal() -> NewProposal<'static> {
    NewProposal {
        kind: Kind::Owners,
        bump: 249,
        id: 0x0102_0304_0506_0708,
        config: &CONFIG,
        payer: &PAYER,
        epoch: 3,
        owners_revision: 2,
        created_at: NOW,
        deadline: NOW + DAY,
    }
}

#[test]
fn a_proposal_lies_as_documented() {
    let payload = owners_payload(1, 0, &COUNCIL);
    let mut data = vec![0; proposal_size(payload.len() as u32).unwrap()];
    write_proposal(&mut data, &new_proposal()).unwrap();
    assert!(!append(&mut data, 0, &payload[..50]).unwrap());
    assert!(append(&mut data, 50, &payload[50..]).unwrap());
    seal(&mut data, &key(0x99)).unwrap();
    assert_eq!(data, proposal(2, payload).bytes());
    assert_eq!(
        seal(&mut data, &key(1)).unwrap_err().name(),
        "ProposalIncomplete"
    );
}

#[test]
fn a_council_and_its_new_owners_lie_as_documented() {
    let mut data = vec![0; 488];
    write_council_config(
        &mut data,
        &key(0xba),
        251,
        250,
        &VAULT,
        &owners(2, 60, &COUNCIL),
    )
    .unwrap();
    (data[24], data[32]) = (3, 2);
    assert_eq!(data, council(&COUNCIL, 2, 60));
    assert_eq!(set_owners(&mut data, &owners(1, 0, &COUNCIL[..1])), Ok(4));
    let mut expected = council(&COUNCIL[..1], 1, 0);
    (expected[24], expected[32]) = (4, 3);
    assert_eq!(data, expected, "owners beyond their number are zero");
    for at in [24, 32] {
        let mut last = data.clone();
        last[at..at + 8].fill(255);
        let before = last.clone();
        let refusal = set_owners(&mut last, &owners(1, 0, &COUNCIL)).unwrap_err();
        assert_eq!((refusal.name(), last), ("ArithmeticOverflow", before));
    }
}

#[test]
fn sizes_deadlines_and_pieces_have_bounds() {
    assert_eq!(proposal_size(0).unwrap_err().name(), "ProposalMalformed");
    assert_eq!(proposal_size(4_096), Ok(4_288));
    assert_eq!(proposal_size(4_097).unwrap_err().name(), "ProposalTooLarge");
    for (deadline, good) in [
        (NOW, false),
        (NOW + 1, true),
        (NOW + 60 * DAY, true),
        (NOW + 60 * DAY + 1, false),
        (i64::MIN, false),
        (i64::MAX, false),
    ] {
        assert_eq!(new_deadline(NOW, deadline).is_ok(), good, "{deadline}");
    }
    let open = proposal(2, vec![0; 10])
        .with(|p| (p.sealed, p.written) = (false, 4))
        .bytes();
    for (offset, bytes) in [(3, 1), (5, 1), (4, 0), (4, 7), (u32::MAX, 1)] {
        let mut data = open.clone();
        let refusal = append(&mut data, offset, &vec![1; bytes]).unwrap_err();
        assert_eq!((refusal.name(), data), ("ProposalMalformed", open.clone()));
    }
    let mut sealed = proposal(2, vec![0; 10]).bytes();
    assert!(append(&mut sealed, 10, &[1]).is_err());
    assert!(append(&mut sealed, 10, &[]).is_err());
}

#[test]
fn a_consumed_proposal_is_none_any_more() {
    let mut data = proposal(3, [&key(1)[..], &plan(&[inner(255, 0, &[], &[])])].concat()).bytes();
    let payload = data[192..].to_vec();
    mark_consumed(&mut data).unwrap();
    assert_eq!(
        ProposalView::open(&data).unwrap_err().name(),
        "NotAProposal"
    );
    assert_eq!(data[192..], payload);
}

/// Approves as the owners of these positions, one second after the other.
fn approved(
    data: &mut [u8],
    config: &[u8],
    positions: &[usize],
) -> Vec<Result<Approved, &'static str>> {
    let view = ConfigView::open(config).unwrap();
    let times = NOW..;
    let each = positions.iter().zip(times).map(|(position, now)| {
        let owner = view.owners().get(*position).copied().unwrap_or(key(0x77));
        approve(data, &CONFIG, &view, &owner, &key(0x99), now).map_err(|refusal| refusal.name())
    });
    each.collect()
}

proptest! {
    #[test]
    fn a18_ready_is_the_last_needed_approval_and_the_timelock(threshold in 1u8..=4, timelock in 0u32..100, order in Just(vec![0usize, 1, 2, 3]).prop_shuffle()) {
        let config = council(&COUNCIL, threshold, timelock);
        let mut data = proposal(2, owners_payload(1, 0, &COUNCIL)).bytes();
        let needed = usize::from(threshold);
        let ready_at = NOW + i64::from(threshold) - 1 + i64::from(timelock);
        for (count, found) in approved(&mut data, &config, &order).into_iter().enumerate() {
            let expected = if count + 1 < needed { 0 } else { ready_at };
            prop_assert_eq!(found, Ok(Approved { approvals: count as u8 + 1, ready_at: expected }));
        }
        let config = ConfigView::open(&config).unwrap();
        let view = ProposalView::open(&data).unwrap();
        for now in [NOW, ready_at - 1, ready_at, NOW + DAY, NOW + DAY + 1] {
            let found = check_enactable(&view, &CONFIG, &config, Kind::Owners, now).is_ok();
            prop_assert_eq!(found, now >= ready_at && now <= NOW + DAY, "at {}", now);
        }
        let other = check_enactable(&view, &CONFIG, &config, Kind::OwnersPlan, ready_at);
        prop_assert_eq!(other.unwrap_err().name(), "WrongProposalKind");
        let other = check_enactable(&view, &VAULT, &config, Kind::Owners, ready_at);
        prop_assert_eq!(other.unwrap_err().name(), "WrongConfig");
    }

    #[test]
    fn each_owner_approves_once_and_nobody_else(positions in prop::collection::vec(0usize..6, 1..12)) {
        let config = council(&COUNCIL, 2, 0);
        let mut data = proposal(3, vec![1; 9]).bytes();
        let mut seen = std::collections::BTreeSet::new();
        for (position, found) in positions.iter().zip(approved(&mut data, &config, &positions)) {
            let expected = match *position {
                4.. => Err("NotAnOwner"),
                one if seen.insert(one) => Ok(seen.len() as u8),
                _ => Err("AlreadyApproved"),
            };
            prop_assert_eq!(found.map(|approved| approved.approvals), expected);
        }
        prop_assert_eq!(ProposalView::open(&data).unwrap().approvals().count_ones(), seen.len() as u32);
    }

    #[test]
    fn a18_settled_needs_all_but_one_and_more_than_the_threshold(owners in 1usize..=10, threshold in 1u8..=10, approvals in 0u16..1_024, kind in 0u8..5, epoch in 2u8..5, revision in 1u8..4) {
        let threshold = 1 + threshold % owners as u8;
        let approvals = approvals & ((1 << owners) - 1);
        let keys: Vec<_> = (0..owners).map(|n| key(0x40 + n as u8)).collect();
        let mut config = council(&keys, threshold, 5);
        (config[24], config[32]) = (epoch, revision);
        let config = ConfigView::open(&config).unwrap();
        let data = proposal(kind, vec![1; 9]).with(|p| p.approvals = approvals).bytes();
        let view = ProposalView::open(&data).unwrap();
        let count = approvals.count_ones();
        let settled = kind == 2 && revision == 2 && count as usize + 1 >= owners && count > threshold.into();
        prop_assert_eq!(is_settled(&view, &config), settled);
        let dead = if kind == 2 { revision != 2 || (epoch != 3 && !settled) } else { epoch != 3 };
        prop_assert_eq!(is_dead(&view, &config, NOW), dead);
        prop_assert!(is_dead(&view, &config, NOW + DAY + 1));
        // Somebody can always end it, except what is settled and alive.
        let cancel = |who: &[u8; 32]| check_cancel(&view, &CONFIG, &config, who, NOW).is_ok();
        prop_assert_eq!(cancel(&keys[0]), dead || !settled);
        prop_assert_eq!(cancel(&PAYER), dead || approvals == 0);
        prop_assert_eq!(cancel(&key(0x77)), dead);
        prop_assert_eq!(check_cancel(&view, &VAULT, &config, &keys[0], NOW).unwrap_err().name(), "WrongConfig");
    }

    #[test]
    fn a18_a_thief_with_just_the_threshold_never_settles(owners in 3usize..=10, threshold in 1u8..=10) {
        let threshold = 1 + threshold % (owners as u8 - 1);
        let keys: Vec<_> = (0..owners).map(|n| key(0x40 + n as u8)).collect();
        let config = council(&keys, threshold, 5);
        let mut data = proposal(2, owners_payload(1, 0, &COUNCIL)).bytes();
        let thieves: Vec<_> = (0..usize::from(threshold)).collect();
        prop_assert!(approved(&mut data, &config, &thieves).iter().all(Result::is_ok));
        let config = ConfigView::open(&config).unwrap();
        let view = ProposalView::open(&data).unwrap();
        prop_assert!(!is_settled(&view, &config));
        prop_assert!(check_cancel(&view, &CONFIG, &config, &keys[owners - 1], NOW).is_ok());
    }

    #[test]
    fn any_bytes_are_read_or_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..700), head in any::<bool>(), kind in 0u8..6) {
        // A panic fails the test.
        if head && bytes.len() > 200 {
            let good = proposal(kind, bytes[192..].to_vec()).bytes();
            bytes[..12].copy_from_slice(&good[..12]);
            bytes[160..168].copy_from_slice(&good[160..168]);
        }
        if let Ok(view) = ProposalView::open(&bytes) {
            let _ = check_payload(&view, &CONFIG, &VAULT);
            prop_assert!(view.kind().byte() < 5);
        }
        let _ = mark_consumed(&mut bytes);
    }

    #[test]
    fn the_hash_covers_the_content(at in 0usize..300, value in any::<u8>()) {
        let before = proposal(2, owners_payload(1, 0, &COUNCIL)).bytes();
        let at = at % before.len();
        prop_assume!(before[at] != value);
        let mut after = before.clone();
        after[at] = value;
        let hashed = |bytes: &[u8]| ProposalView::open(bytes).map(|view| view.hash_parts().concat());
        if let Ok(found) = hashed(&after) {
            let content = matches!(at, 9 | 16..=55 | 88..=95 | 112..=119 | 192..);
            prop_assert_eq!(found != hashed(&before).unwrap(), content, "byte {}", at);
        }
    }
}
