//! Who may own a vault: the rules for a list of owners, its threshold and its timelock.

use crate::bytes::{key_eq, Key};
use crate::errors::ErrorCode;
use crate::layout::config::MAX_OWNERS;
use crate::refusal::{Refusal, Result};

/// Longest timelock, in seconds: 30 days.
pub const MAX_TIMELOCK: u32 = 30 * 86_400;

/// Points of order 8 or less (and their other spellings), without the sign bit: whoever "signs" for one of them knows no
/// secret. The default key is the first.
const SMALL_ORDER: [Key; 7] = [
    [0; 32],
    edges(0x01, 0x00, 0x00),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
    edges(0xec, 0xff, 0x7f),
    edges(0xed, 0xff, 0x7f),
    edges(0xee, 0xff, 0x7f),
];

/// A key by its first byte, the bytes between, and its last.
const fn edges(first: u8, between: u8, last: u8) -> Key {
    let mut key = [between; 32];
    let [low, .., high] = &mut key;
    *low = first;
    *high = last;
    key
}

/// Whether a key can't be an owner: nobody holds the secret of the default key or of a small-order point.
pub fn is_bad_owner(key: &Key) -> bool {
    let mut unsigned = *key;
    let [.., high] = &mut unsigned;
    *high &= 0x7f;
    SMALL_ORDER.contains(&unsigned)
}

/// Who owns a vault, and how they act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owners<'a> {
    /// How many of them must agree.
    pub threshold: u8,
    /// Seconds between the last needed approval of a proposal and its act; 0 = none.
    pub timelock: u32,
    /// The owners, sorted by their bytes and distinct.
    pub keys: &'a [Key],
}

impl Owners<'_> {
    /// Checks everything that must hold of the owners of the vault of `config`. Refuses with `BadThreshold` (`asked` =
    /// threshold, `left` = owners), `TimelockTooLong`, `OwnersNotSorted` or `BadOwner` (both say which key).
    pub fn check(&self, config: &Key, vault: &Key) -> Result<()> {
        let count = self.keys.len();
        let threshold = usize::from(self.threshold);
        if threshold == 0 || threshold > count || count > MAX_OWNERS {
            return Err(Refusal::new(ErrorCode::BadThreshold)
                .asked(threshold as u64)
                .left(count as u64));
        }
        if self.timelock > MAX_TIMELOCK {
            return Err(Refusal::new(ErrorCode::TimelockTooLong)
                .asked(self.timelock.into())
                .left(MAX_TIMELOCK.into()));
        }
        let mut before: Option<&Key> = None;
        for (index, key) in self.keys.iter().enumerate() {
            if before.is_some_and(|before| before >= key) {
                return Err(Refusal::new(ErrorCode::OwnersNotSorted).key(index));
            }
            if is_bad_owner(key) || key_eq(key, config) || key_eq(key, vault) {
                return Err(Refusal::new(ErrorCode::BadOwner).key(index));
            }
            before = Some(key);
        }
        Ok(())
    }
}
