//! `once` numbers: each is accepted at most one time, in any order within a window of 128 below the highest.

use crate::errors::ErrorCode;
use crate::refusal::{Refusal, Result};

/// How far below the highest number one may still be used.
pub const WINDOW: u64 = 128;

/// Accepts `n`, or refuses it with `AlreadyExecuted` when it is 0, was seen, or is more than 128 below the highest.
/// Returns the new highest number and map; bit i of the map means that number `highest - 1 - i` was seen.
///
/// ```
/// use valetkey_engine::once::accept;
/// let (high, map) = accept(0, 0, 5).unwrap();
/// assert_eq!((high, map), (5, 0));
/// assert_eq!(accept(high, map, 3).unwrap(), (5, 0b10));
/// assert!(accept(high, map, 5).is_err());
/// ```
pub fn accept(high: u64, map: u128, n: u64) -> Result<(u64, u128)> {
    if let Some(ahead) = n.checked_sub(high).filter(|ahead| *ahead > 0) {
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        let moved = map.checked_shl(ahead).unwrap_or(0);
        // Number 0 doesn't exist: before the first number there is nothing to remember.
        let last = if high == 0 {
            0
        } else {
            1u128.checked_shl(ahead.wrapping_sub(1)).unwrap_or(0)
        };
        return Ok((n, moved | last));
    }
    let behind = high.wrapping_sub(n);
    if n == 0 || behind == 0 || behind > WINDOW {
        return Err(refuse(high, n));
    }
    let bit = u32::try_from(behind)
        .ok()
        .and_then(|b| 1u128.checked_shl(b.wrapping_sub(1)))
        .unwrap_or(0);
    if bit == 0 || map & bit != 0 {
        return Err(refuse(high, n));
    }
    Ok((high, map | bit))
}

#[cold]
fn refuse(high: u64, n: u64) -> Refusal {
    Refusal::new(ErrorCode::AlreadyExecuted).asked(n).left(high)
}
