//! Fees, caps, delegate mode, extensions.

use super::build::*;
use proptest::prelude::*;
use valetkey_engine::caps::argument;
use valetkey_engine::delegate::debit;
use valetkey_engine::extensions::check_account_extensions;
use valetkey_engine::fee::FeeBudget;

proptest! {
    #[test]
    fn a21_no_sequence_of_fees_passes_the_total_or_one_the_bound(
        total in 0u64..1_000, per_execute in 0u64..200, asked in prop::collection::vec(0u64..300, 0..40),
    ) {
        let mut budget = FeeBudget { total, per_execute, paid: 0 };
        for amount in asked {
            let before = budget;
            match budget.pay(amount) {
                Ok(paid) => {
                    prop_assert!(amount <= per_execute && paid == before.paid + amount);
                    budget.paid = paid;
                }
                Err(refusal) => {
                    prop_assert_eq!((refusal.asked, refusal.left), (amount, before.left()));
                    prop_assert!(amount > before.left());
                }
            }
            prop_assert!(budget.paid <= total);
        }
    }

    #[test]
    fn a_fee_never_panics_and_never_falls(total: u64, per_execute: u64, paid: u64, asked: u64) {
        if let Ok(after) = (FeeBudget { total, per_execute, paid }).pay(asked) {
            prop_assert!(after >= paid && after - paid == asked);
        }
    }

    #[test]
    fn b10_a_cap_reads_only_bytes_that_are_there(offset: u16, kind: u8, data in prop::collection::vec(any::<u8>(), 0..80)) {
        let width = match kind & 127 { 0 => 1, 1 => 2, 2 => 4, 3 => 8, _ => usize::MAX };
        let start = if kind & 128 == 0 { Some(usize::from(offset)) } else { data.len().checked_sub(usize::from(offset)) };
        let there = start.and_then(|start| start.checked_add(width)).filter(|end| *end <= data.len());
        let found = argument(offset, kind, &data);
        prop_assert_eq!(found.is_some(), there.is_some());
        if let (Some(value), Some(end)) = (found, there) {
            let mut bytes = [0; 8];
            bytes[..width].copy_from_slice(&data[end - width..end]);
            prop_assert_eq!(value, u64::from_le_bytes(bytes));
        }
    }

    #[test]
    fn l04_only_an_exact_fall_of_amount_and_approval_is_a_debit(
        amount: u64, left: u64, after_amount: u64, after_left: u64, gone: bool, small in any::<bool>(),
    ) {
        let cut = |n: u64| if small { n % 8 } else { n };
        let (amount, left, after_amount, after_left) = (cut(amount), cut(left), cut(after_amount), cut(after_left));
        let before = with_delegate(token_data(MINT, EVE, amount), VAULT, left);
        let mut after = with_delegate(token_data(MINT, EVE, after_amount), VAULT, after_left);
        if gone {
            after[72] = 0;
        }
        let less = amount.saturating_sub(after_amount);
        let honest = left.checked_sub(after_left) == Some(less) && (!gone || after_left == 0);
        prop_assert_eq!(debit(&before, &after), honest.then_some(less));
    }

    #[test]
    fn l04_no_other_byte_of_a_delegated_account_may_change(at in 0usize..165, bit in 0u8..8) {
        let before = with_delegate(token_data(MINT, EVE, 1 << 40), VAULT, 1 << 40);
        let mut after = before.clone();
        after[at] ^= 1 << bit;
        // More tokens may have come in, under the same approval.
        let rose = (64..72).contains(&at) && after[at] > before[at];
        prop_assert_eq!(debit(&before, &after), rose.then_some(0));
    }

    #[test]
    fn e15_what_an_account_may_carry_only_grows_with_what_terms_allow(
        tail in prop::collection::vec(prop_oneof![Just(0u8), 0u8..30, any::<u8>()], 0..60), allowed: u64, more: u64,
    ) {
        if check_account_extensions(&tail, allowed).is_ok() {
            prop_assert!(check_account_extensions(&tail, allowed | more).is_ok());
        }
    }
}
