//! Delegate mode: what an instruction took from a wallet's token account, of which the vault is the delegate.

use crate::bytes::{key_eq, u32_at, u64_at, Key};
use crate::token::{same_but_amount, TokenAccount, ACCOUNT_SIZE};

/// Whether this is a token account of `wallet` whose delegate is the vault.
#[inline(always)]
pub fn is_delegated(account: &TokenAccount, wallet: &Key, vault: &Key) -> bool {
    key_eq(account.owner(), wallet)
        && account
            .delegate()
            .is_some_and(|delegate| key_eq(delegate, vault))
}

/// What left the account, in base units, when nothing else happened to it: the delegated amount fell by exactly as much as the
/// amount, and the delegate is gone only where nothing is left for it to move. More may have come in, under the same approval.
/// `None` for every other change: a revoked or lowered approval, an amount that somebody else took.
///
/// `before` and `after` are the account's whole bytes.
pub fn debit(before: &[u8], after: &[u8]) -> Option<u64> {
    if !same_but_amount(before, after) {
        return None;
    }
    let b = before.first_chunk::<ACCOUNT_SIZE>()?;
    let a = after.first_chunk::<ACCOUNT_SIZE>()?;
    let less = u64_at::<64, ACCOUNT_SIZE>(b).saturating_sub(u64_at::<64, ACCOUNT_SIZE>(a));
    let delegated = u64_at::<121, ACCOUNT_SIZE>(b).checked_sub(u64_at::<121, ACCOUNT_SIZE>(a))?;
    let tags = (u32_at::<72, ACCOUNT_SIZE>(b), u32_at::<72, ACCOUNT_SIZE>(a));
    let delegate_is_right = match tags {
        (1, 0) => u64_at::<121, ACCOUNT_SIZE>(a) == 0,
        (before, after) => before == after,
    };
    (less == delegated && delegate_is_right).then_some(less)
}
