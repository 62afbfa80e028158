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

/// The deployment of the rule's program that the terms name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Key index of the programdata account.
    pub programdata: u8,
    /// Slot of the deployment.
    pub slot: u64,
}

/// A bound on the sum of one unsigned argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// Where the argument lies: from the start, or from the end.
    pub offset: u16,
    /// Field kind (`u8` to `u64`) with the bit [`field::FROM_END`].
    pub kind: u8,
    /// Most that all uses together may add up to.
    pub total: u64,
    /// What they added up to so far.
    pub spent: u64,
}

/// One rule, its parts found but not judged.
#[derive(Clone, Copy, Debug)]
pub struct RuleView<'a> {
    head: &'a [u8; HEAD],
    discriminator: &'a [u8],
    uses: Option<&'a [u8; 8]>,
    floor: Option<&'a [u8; 18]>,
    pin: Option<&'a [u8; 9]>,
    cap: Option<&'a [u8; 19]>,
    constraints: &'a [u8],
}

impl<'a> RuleView<'a> {
    /// Reads the rule at the start of `bytes` (more may follow). `None` when the bytes end too early, the
    /// discriminator's length isn't 1, 4 or 8, or a flag is set that means nothing.
    #[inline(always)]
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(bytes);
        let head = cursor.array::<HEAD>()?;
        let flags = u8_at::<4, HEAD>(head);
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
        let (mut pin, mut cap) = (None, None);
        // Most rules have neither: one look at the flags.
        if flags & !(flags::USES | flags::FLOOR | flags::UNBOUND) != 0 {
            if flags & !flags::KNOWN != 0 {
                return None;
            }
            if flags & flags::PINNED != 0 {
                pin = Some(cursor.array()?);
            }
            if flags & flags::CAP != 0 {
                cap = Some(cursor.array()?);
            }
        }
        Some(Self {
            head,
            discriminator,
            uses,
            floor,
            pin,
            cap,
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

    /// The pinned deployment, if there is one.
    #[inline(always)]
    pub fn pin(&self) -> Option<Pin> {
        self.pin.map(|b| Pin {
            programdata: u8_at::<0, 9>(b),
            slot: u64_at::<1, 9>(b),
        })
    }

    /// The cap on an argument, if there is one; its spend is written by [`super::counters::spend_cap`].
    #[inline(always)]
    pub fn cap(&self) -> Option<Cap> {
        self.cap.map(|b| Cap {
            offset: u16_at::<0, 19>(b),
            kind: u8_at::<2, 19>(b),
            total: u64_at::<3, 19>(b),
            spent: u64_at::<11, 19>(b),
        })
    }

    /// Where the spent uses (`u32`) lie, in bytes from the rule's start; `None` without uses of its own.
    pub fn uses_spent_at(&self) -> Option<usize> {
        self.uses.map(|_| {
            HEAD.saturating_add(self.discriminator.len())
                .saturating_add(4)
        })
    }

    /// Where the spend of the cap (`u64`) lies, in bytes from the rule's start; `None` without a cap.
    pub fn cap_spent_at(&self) -> Option<usize> {
        let before = [
            (self.uses.is_some(), 8),
            (self.floor.is_some(), 18),
            (self.pin.is_some(), 9),
            (self.cap.is_some(), 11),
        ];
        let part = |(there, size): (bool, usize)| if there { size } else { 0 };
        self.cap?;
        Some(before.into_iter().map(part).fold(
            HEAD.saturating_add(self.discriminator.len()),
            usize::saturating_add,
        ))
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
