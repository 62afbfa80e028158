//! Token accounts.

use super::build::*;
use proptest::prelude::*;
use valetkey_engine::programs::{SYSTEM, TOKEN, TOKEN_2022};
use valetkey_engine::token::{same_but_amount, Authority, TokenAccount};

/// Every length up to 600, every account-type byte, every program: property 23 needs no chance.
#[test]
fn e14_length_classification_is_total_and_disjoint_23() {
    for length in 0..600usize {
        for kind in [0u8, 1, 2, 3, 255] {
            let mut data = token_data(MINT, VAULT, 1);
            data.resize(length.max(166), 0);
            data[165] = kind;
            data.truncate(length);
            for program in [TOKEN, TOKEN_2022, SYSTEM, GAME] {
                let token = program == TOKEN && length == 165;
                let token_2022 = program == TOKEN_2022
                    && (length == 165 || (length > 165 && length != 355 && kind == 2));
                let found = TokenAccount::read(&program, &data).is_some();
                assert_eq!(found, token || token_2022, "{length} {kind}");
            }
        }
    }
}

proptest! {
    #[test]
    fn mask_covers_no_authority_byte_22(at in 0usize..165, bit in 0u8..8, delegated in any::<bool>()) {
        let own = token_data(MINT, VAULT, 1 << 40);
        let before = if delegated { with_delegate(own, EVE, 1 << 40) } else { own };
        let mut after = before.clone();
        after[at] ^= 1 << bit;
        let volatile = (64..72).contains(&at);
        let less_delegated = delegated
            && (121..129).contains(&at)
            && u64::from_le_bytes(after[121..129].try_into().unwrap()) < 1 << 40;
        prop_assert_eq!(same_but_amount(&before, &after), volatile || less_delegated);
    }

    #[test]
    fn extension_bytes_are_kept_but_for_withheld_fees_22(at in 165usize..195, bit in 0u8..8) {
        // type byte · ImmutableOwner (7, empty) · TransferFeeAmount (2, 8 bytes) · CpiGuard (11, 1 byte) · 8 spare bytes
        let before = extended(token_data(MINT, VAULT, 1), &[(7, vec![]), (2, vec![0; 8]), (11, vec![0]), (0, vec![0; 4])]);
        prop_assume!(at < before.len());
        let mut after = before.clone();
        after[at] ^= 1 << bit;
        prop_assert_eq!(same_but_amount(&before, &after), (174..182).contains(&at));
    }

    #[test]
    fn only_an_account_that_the_vault_controls_alone_is_clean(owner in any::<bool>(), delegate in 0u8..3, close in 0u8..3) {
        let who = |n: u8| if n == 1 { VAULT } else { EVE };
        let mut data = token_data(MINT, if owner { VAULT } else { BOB }, 1);
        if delegate > 0 {
            data = with_delegate(data, who(delegate), 1);
        }
        if close > 0 {
            data = with_close_authority(data, who(close));
        }
        let found = TokenAccount::read(&TOKEN, &data).unwrap().authority_of(&VAULT);
        let expected = if owner && delegate == 0 && close < 2 {
            Authority::Clean
        } else if owner || delegate == 1 || close == 1 {
            Authority::DebitOnly
        } else {
            Authority::None
        };
        prop_assert_eq!(found, expected);
    }
}
