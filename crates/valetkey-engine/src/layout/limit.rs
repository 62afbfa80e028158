//! A limit as a session stores it.

use crate::bytes::{u32_at, u64_at, u8_at};
use crate::limits::{LimitState, PerPeriod};

/// Bytes of one limit.
pub const SIZE: usize = 56;

/// Bits of the flags byte.
pub mod flags {
    /// There is a bound per execute.
    pub const PER_EXECUTE: u8 = 1 << 0;
    /// There is a bound per period.
    pub const PER_PERIOD: u8 = 1 << 1;
    /// The mint belongs to Token-2022.
    pub const TOKEN_2022: u8 = 1 << 2;
}

/// Offsets in a limit.
pub mod offset {
    /// Asset (key index of the mint, 255 = SOL).
    pub const ASSET: usize = 0;
    /// Source (255 = vault).
    pub const SOURCE: usize = 1;
    /// Flags.
    pub const FLAGS: usize = 2;
    /// Decimals.
    pub const DECIMALS: usize = 3;
    /// Seconds of a period `u32`.
    pub const LENGTH: usize = 4;
    /// Bound in total `u64`.
    pub const TOTAL: usize = 8;
    /// Bound per execute `u64`.
    pub const PER_EXECUTE: usize = 16;
    /// Bound per period `u64`.
    pub const PER_PERIOD: usize = 24;
    /// Spent `u64`.
    pub const SPENT: usize = 32;
    /// Number of the counted period `u64`.
    pub const PERIOD: usize = 40;
    /// Spent in that period `u64`.
    pub const PERIOD_SPENT: usize = 48;
}
const _: () = assert!(offset::PERIOD_SPENT + 8 == SIZE, "limits would overlap");

/// One stored limit.
#[derive(Clone, Copy, Debug)]
pub struct LimitView<'a>(&'a [u8; SIZE]);

impl<'a> LimitView<'a> {
    /// Reads a limit of a session.
    #[inline(always)]
    pub const fn new(bytes: &'a [u8; SIZE]) -> Self {
        Self(bytes)
    }

    /// Key index of the mint, 255 = SOL.
    #[inline(always)]
    pub fn asset(&self) -> u8 {
        u8_at::<{ offset::ASSET }, SIZE>(self.0)
    }

    /// 255 = vault.
    #[inline(always)]
    pub fn source(&self) -> u8 {
        u8_at::<{ offset::SOURCE }, SIZE>(self.0)
    }

    /// The flags byte, see [`flags`].
    #[inline(always)]
    pub fn flags(&self) -> u8 {
        u8_at::<{ offset::FLAGS }, SIZE>(self.0)
    }

    /// Decimals of the mint, 9 for SOL.
    pub fn decimals(&self) -> u8 {
        u8_at::<{ offset::DECIMALS }, SIZE>(self.0)
    }

    /// Bounds and counters.
    #[inline(always)]
    pub fn state(&self) -> LimitState {
        let flags = self.flags();
        let per_execute = (flags & flags::PER_EXECUTE != 0)
            .then(|| u64_at::<{ offset::PER_EXECUTE }, SIZE>(self.0));
        let per_period = (flags & flags::PER_PERIOD != 0).then(|| PerPeriod {
            cap: u64_at::<{ offset::PER_PERIOD }, SIZE>(self.0),
            length: u32_at::<{ offset::LENGTH }, SIZE>(self.0),
            number: u64_at::<{ offset::PERIOD }, SIZE>(self.0),
            spent: u64_at::<{ offset::PERIOD_SPENT }, SIZE>(self.0),
        });
        LimitState {
            total: u64_at::<{ offset::TOTAL }, SIZE>(self.0),
            per_execute,
            per_period,
            spent: u64_at::<{ offset::SPENT }, SIZE>(self.0),
        }
    }
}
