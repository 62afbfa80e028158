//! Floors: what must come back for what leaves, by exact integers.

use crate::errors::ErrorCode;
use crate::refusal::{Refusal, Result};

/// Checks "at least `min_b` base units of B for every `per_a` of A": `out_a * min_b <= in_b * per_a`.
/// Refuses with `FloorNotMet`, `asked` = the least that would do, `left` = what came.
///
/// ```
/// use valetkey_engine::floors::check_floor;
/// assert!(check_floor(150, 100, 1_000, 1_500).is_ok());
/// assert_eq!(check_floor(150, 100, 1_000, 1_499).unwrap_err().asked, 1_500);
/// ```
pub fn check_floor(min_b: u64, per_a: u64, out_a: u64, in_b: u64) -> Result<()> {
    // 64 by 64 bits always fits 128.
    let asked = u128::from(out_a).wrapping_mul(u128::from(min_b));
    let got = u128::from(in_b).wrapping_mul(u128::from(per_a));
    if asked <= got {
        Ok(())
    } else {
        Err(not_met(asked, per_a, in_b))
    }
}

#[cold]
fn not_met(asked: u128, per_a: u64, in_b: u64) -> Refusal {
    let least = asked
        .checked_div(u128::from(per_a))
        .map_or(u128::MAX, |floor| {
            let rest = asked.wrapping_sub(floor.wrapping_mul(u128::from(per_a)));
            floor.saturating_add(u128::from(rest > 0))
        });
    Refusal::new(ErrorCode::FloorNotMet)
        .asked(u64::try_from(least).unwrap_or(u64::MAX))
        .left(in_b)
}
