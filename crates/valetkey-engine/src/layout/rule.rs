//! A rule as terms carry it and as a session stores it: the same bytes, read by the same code.

use crate::bytes::{u16_at, u32_at, u64_at, u8_at, Cursor};
use crate::programs::ProgramKind;

/// Bytes before the discriminator.
pub const HEAD: usize = 11;
/// Most accounts of one inner instruction.
pub const MAX_ACCOUNTS: u8 = 61;
/// Most data constraints.
pub const MAX_DATA: u8 = 8;
/// Most account constraints.
pub const MAX_POSITIONS: u8 = 16;
/// The mode byte of a vault rule.
pub const MODE_VAULT: u8 = 0;
/// The mode byte of a native rule.
pub const MODE_NATIVE: u8 = 1;

/// Bits of the flags byte.
pub mod flags {
    /// The rule has uses of its own.
    pub const USES: u8 = 1 << 0;
    /// The rule has a floor.
    pub const FLOOR: u8 = 1 << 1;
    /// Unbound positions are allowed.
    pub const UNBOUND: u8 = 1 << 2;
    /// The program is pinned.
    pub const PINNED: u8 = 1 << 3;
    /// The sum of one argument is capped.
    pub const CAP: u8 = 1 << 4;
    /// Bits that mean something.
    pub const KNOWN: u8 = 0b1_1111;
}

pub use super::constraint::{
    field, operator, position, AccountConstraint, AccountConstraints, DataConstraint,
    DataConstraints,
};

/// The rule's own uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleUses {
    /// Uses allowed.
    pub allowed: u32,
    /// Uses spent.
    pub spent: u32,
}

/// "At least `min` base units of `get` for every `per` of `give`".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Floor {
    /// The asset that leaves (key index, 255 = SOL).
    pub give: u8,
    /// The asset that must come back (key index, 255 = SOL).
    pub get: u8,
    /// Least of `get`, base units.
    pub min: u64,
    /// For so much of `give`, base units.
    pub per: u64,
}

/// One rule, its parts found but not judged.
#[derive(Clone, Copy, Debug)]
pub struct RuleView<'a> {
    head: &'a [u8; HEAD],
    discriminator: &'a [u8],
    uses: Option<&'a [u8; 8]>,
    floor: Option<&'a [u8; 18]>,
    constraints: &'a [u8],
}

impl<'a> RuleView<'a> {
    /// Reads the rule at the start of `bytes` (more may follow). `None` when the bytes end too early, the
    /// discriminator's length isn't 1, 4 or 8, or a flag is set that this engine doesn't carry out.
    #[inline(always)]
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(bytes);
        let head = cursor.array::<HEAD>()?;
        let flags = u8_at::<4, HEAD>(head);
        if flags & !(flags::USES | flags::FLOOR | flags::UNBOUND) != 0 {
            return None;
        }
        let discriminator: &[u8] = match u8_at::<8, HEAD>(head) {
            1 => cursor.array::<1>()?,
            4 => cursor.array::<4>()?,
            8 => cursor.array::<8>()?,
            _ => return None,
        };
        let uses = if flags & flags::USES != 0 {
            Some(cursor.array()?)
        } else {
            None
        };
        let floor = if flags & flags::FLOOR != 0 {
            Some(cursor.array()?)
        } else {
            None
        };
        Some(Self {
            head,
            discriminator,
            uses,
            floor,
            constraints: cursor.rest(),
        })
    }

    /// Key index of the program.
    #[inline(always)]
    pub fn program(&self) -> u8 {
        u8_at::<0, HEAD>(self.head)
    }

    /// 0 vault, 1 native.
    #[inline(always)]
    pub fn mode(&self) -> u8 {
        u8_at::<1, HEAD>(self.head)
    }

    /// Unique in the session.
    pub fn id(&self) -> u16 {
        u16_at::<2, HEAD>(self.head)
    }

    /// The flags byte, see [`flags`].
    #[inline(always)]
    pub fn flags(&self) -> u8 {
        u8_at::<4, HEAD>(self.head)
    }

    /// Which typed decoder the program has; `None` for a byte that means nothing.
    #[inline(always)]
    pub fn kind(&self) -> Option<ProgramKind> {
        ProgramKind::from_byte(u8_at::<5, HEAD>(self.head))
    }

    /// Fewest accounts.
    #[inline(always)]
    pub fn min_accounts(&self) -> u8 {
        u8_at::<6, HEAD>(self.head)
    }

    /// Most accounts.
    #[inline(always)]
    pub fn max_accounts(&self) -> u8 {
        u8_at::<7, HEAD>(self.head)
    }

    /// The exact discriminator.
    #[inline(always)]
    pub const fn discriminator(&self) -> &'a [u8] {
        self.discriminator
    }

    /// The rule's own uses, if it has some.
    #[inline(always)]
    pub fn uses(&self) -> Option<RuleUses> {
        self.uses.map(|b| RuleUses {
            allowed: u32_at::<0, 8>(b),
            spent: u32_at::<4, 8>(b),
        })
    }

    /// The rule's floor, if it has one.
    #[inline(always)]
    pub fn floor(&self) -> Option<Floor> {
        self.floor.map(|b| Floor {
            give: u8_at::<0, 18>(b),
            get: u8_at::<1, 18>(b),
            min: u64_at::<2, 18>(b),
            per: u64_at::<10, 18>(b),
        })
    }

    /// Number of data constraints.
    #[inline(always)]
    pub fn data_len(&self) -> u8 {
        u8_at::<9, HEAD>(self.head)
    }

    /// Number of account constraints.
    #[inline(always)]
    pub fn positions_len(&self) -> u8 {
        u8_at::<10, HEAD>(self.head)
    }

    /// The data constraints, to be walked in order; the account constraints follow.
    #[inline(always)]
    pub fn data_constraints(&self) -> DataConstraints<'a> {
        DataConstraints::new(self.data_len(), self.positions_len(), self.constraints)
    }
}
