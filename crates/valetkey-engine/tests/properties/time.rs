//! Windows and once numbers.

use super::build::*;
use proptest::prelude::*;
use std::collections::BTreeSet;
use valetkey_engine::once::accept;
use valetkey_engine::session::{check_live, is_dead};

fn session(starts_at: i64, expires_at: i64, created_at: i64, flags: u8) -> Vec<u8> {
    let mut bytes = rich_session();
    bytes[9] = flags;
    bytes[200..208].copy_from_slice(&starts_at.to_le_bytes());
    bytes[208..216].copy_from_slice(&expires_at.to_le_bytes());
    bytes[224..232].copy_from_slice(&created_at.to_le_bytes());
    bytes
}

/// Times near each other and at the ends of the type.
fn time() -> impl Strategy<Value = i64> {
    prop_oneof![0i64..20, Just(i64::MIN), Just(i64::MAX), any::<i64>()]
}

proptest! {
    #[test]
    fn g08_validity_is_intersection_05(starts in time(), expires in time(), created in time(), now in time(), epoch in 2u64..5, revoked in any::<bool>()) {
        let bytes = session(starts, expires, created, u8::from(revoked));
        let live = check_live(&open(&bytes), now, epoch).is_ok();
        let expected = !revoked && epoch == 3 && now >= starts && now >= created && now < expires;
        prop_assert_eq!(live, expected);
    }

    #[test]
    fn g09_expired_stays_expired_06(starts in time(), expires in time(), created in time(), now in time(), later in time(), epoch in 2u64..5, revoked in any::<bool>()) {
        let bytes = session(starts, expires, created, u8::from(revoked));
        let view = open(&bytes);
        if is_dead(&view, now, epoch) {
            prop_assert!(check_live(&view, now, epoch).is_err());
            prop_assert!(is_dead(&view, now.max(later), epoch));
        }
    }

    #[test]
    fn no_once_number_is_accepted_twice_29(numbers in prop::collection::vec(prop_oneof![0u64..400, any::<u64>()], 1..300)) {
        let (mut high, mut map) = (0, 0);
        let mut seen = BTreeSet::new();
        for n in numbers {
            let expected = n > 0 && !seen.contains(&n) && n.saturating_add(128) >= high;
            match accept(high, map, n) {
                Ok((next, bits)) => {
                    prop_assert!(expected);
                    prop_assert!(next >= high);
                    (high, map) = (next, bits);
                    seen.insert(n);
                }
                Err(refusal) => {
                    prop_assert!(!expected);
                    prop_assert_eq!(refusal.name(), "AlreadyExecuted");
                }
            }
        }
    }
}
