//! When an owner's signature counts.
//!
//! At top level always: whoever signed the transaction saw this instruction. Inside another program's call only for a program's
//! address (off curve), since a program that a wallet signs for could otherwise grant behind the wallet's back.

use valetkey_engine::{
    errors::ErrorCode,
    layout::ConfigView,
    refusal::{Refusal, Result},
    Key,
};

use crate::runtime::{is_on_curve, is_top_level};

/// Points of order 8 or less (and their other spellings), without the sign bit: whoever "signs" for one of them knows no secret.
/// The default key is the first.
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

/// Collects owners who signed, each counted once.
pub struct Approval<'a> {
    config: &'a ConfigView<'a>,
    top_level: bool,
    /// Bit i: owner i counts.
    seen: u16,
}

impl<'a> Approval<'a> {
    /// Starts with nobody. Refuses a vault with a timelock: its acts go through a proposal.
    pub fn start(config: &'a ConfigView<'a>) -> Result<Self> {
        if config.timelock() != 0 {
            return Err(Refusal::new(ErrorCode::TimelockRequiresProposal));
        }
        Ok(Self {
            config,
            top_level: is_top_level(),
            seen: 0,
        })
    }

    /// Counts a signer if it is an owner who hasn't been counted.
    ///
    /// # Errors
    /// `NotTopLevel` for a wallet's signature inside another program's call.
    pub fn count(&mut self, signer: &Key) -> Result<bool> {
        let Some(position) = self
            .config
            .owners()
            .iter()
            .position(|owner| owner == signer)
        else {
            return Ok(false);
        };
        let bit = u32::try_from(position)
            .ok()
            .and_then(|shift| 1_u16.checked_shl(shift));
        let Some(bit) = bit.filter(|bit| self.seen & bit == 0) else {
            return Ok(false);
        };
        if !self.top_level && is_on_curve(signer) {
            return Err(Refusal::new(ErrorCode::NotTopLevel));
        }
        self.seen |= bit;
        Ok(true)
    }

    /// Whether enough owners were counted.
    pub fn finish(&self) -> Result<()> {
        let counted = self.seen.count_ones();
        let needed = u32::from(self.config.threshold());
        if counted >= needed && needed > 0 {
            return Ok(());
        }
        Err(Refusal::new(ErrorCode::ThresholdNotMet)
            .asked(needed.into())
            .left(counted.into()))
    }
}
