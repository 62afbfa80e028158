//! Data and account constraints of a rule.

use crate::bytes::{u16_at, u8_at, Cursor};

/// Operators of data constraints.
pub mod operator {
    /// `=`
    pub const EQ: u8 = 0;
    /// `≠`
    pub const NE: u8 = 1;
    /// `<`
    pub const LT: u8 = 2;
    /// `≤`
    pub const LE: u8 = 3;
    /// `>`
    pub const GT: u8 = 4;
    /// `≥`
    pub const GE: u8 = 5;
    /// One of 1..=16 values.
    pub const IN: u8 = 6;
    /// `field & mask == value`.
    pub const MASK: u8 = 7;
}

/// Field kinds of data constraints.
pub mod field {
    /// `u8`
    pub const U8: u8 = 0;
    /// `u16`
    pub const U16: u8 = 1;
    /// `u32`
    pub const U32: u8 = 2;
    /// `u64`
    pub const U64: u8 = 3;
    /// `i64`
    pub const I64: u8 = 4;
    /// 32 bytes; the payload is a key index.
    pub const KEY: u8 = 5;
    /// Bytes, as many as the payload.
    pub const BYTES: u8 = 6;
    /// The offset is the distance of the field's first byte from the end.
    pub const FROM_END: u8 = 1 << 7;

    /// Bytes of a numeric kind or of a key.
    #[inline(always)]
    pub const fn width(kind: u8) -> Option<usize> {
        Some(match kind {
            U8 => 1,
            U16 => 2,
            U32 => 4,
            U64 | I64 => 8,
            KEY => 32,
            _ => return None,
        })
    }
}

/// Kinds of account constraints.
pub mod position {
    /// One key.
    pub const KEY: u8 = 0;
    /// One of a set of keys.
    pub const SET: u8 = 1;
    /// The vault.
    pub const VAULT: u8 = 2;
    /// A clean account of the vault.
    pub const VAULT_TOKEN: u8 = 3;
    /// A token account of a wallet.
    pub const OWNER_TOKEN: u8 = 4;
    /// A position key of this session.
    pub const POSITION_KEY: u8 = 5;
    /// An account of the rule's program.
    pub const PROGRAM_OWNED: u8 = 6;
    /// Anything but the vault.
    pub const ANY: u8 = 7;
}

/// One data constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataConstraint<'a> {
    /// From the start, or from the end.
    pub offset: u16,
    /// Field kind with the bit [`field::FROM_END`].
    pub kind: u8,
    /// Operator.
    pub operator: u8,
    /// What the field is compared with.
    pub payload: &'a [u8],
}

/// Walks the data constraints of a rule.
#[derive(Clone, Copy, Debug)]
pub struct DataConstraints<'a> {
    left: usize,
    positions: usize,
    cursor: Cursor<'a>,
}

impl<'a> DataConstraints<'a> {
    /// Walks `data` data constraints, then `positions` account constraints.
    #[inline(always)]
    pub(super) const fn new(data: u8, positions: u8, bytes: &'a [u8]) -> Self {
        Self {
            left: data as usize,
            positions: positions as usize,
            cursor: Cursor::new(bytes),
        }
    }

    /// The next one. `Ok(None)` after the last, `Err(())` when the bytes end too early.
    #[inline(always)]
    #[allow(
        clippy::result_unit_err,
        reason = "the caller names the error: terms or account"
    )]
    pub fn step(&mut self) -> core::result::Result<Option<DataConstraint<'a>>, ()> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        let head = self.cursor.array::<5>().ok_or(())?;
        let payload = self
            .cursor
            .slice(usize::from(u8_at::<4, 5>(head)))
            .ok_or(())?;
        let [_, _, kind, operator, _] = *head;
        Ok(Some(DataConstraint {
            offset: u16_at::<0, 5>(head),
            kind,
            operator,
            payload,
        }))
    }

    /// The account constraints; call it after the last data constraint.
    #[inline(always)]
    pub const fn account_constraints(self) -> AccountConstraints<'a> {
        AccountConstraints {
            left: self.positions,
            cursor: self.cursor,
        }
    }
}

/// One account constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountConstraint<'a> {
    /// Position in the inner instruction.
    pub position: u8,
    /// Kind, see [`position`].
    pub kind: u8,
    /// Key indices, as the kind says.
    pub payload: &'a [u8],
}

/// Walks the account constraints of a rule.
#[derive(Clone, Copy, Debug)]
pub struct AccountConstraints<'a> {
    left: usize,
    cursor: Cursor<'a>,
}

impl<'a> AccountConstraints<'a> {
    /// The next one. `Ok(None)` after the last, `Err(())` when the bytes end too early.
    #[inline(always)]
    #[allow(
        clippy::result_unit_err,
        reason = "the caller names the error: terms or account"
    )]
    pub fn step(&mut self) -> core::result::Result<Option<AccountConstraint<'a>>, ()> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        let [position, kind, length] = *self.cursor.array::<3>().ok_or(())?;
        let payload = self.cursor.slice(usize::from(length)).ok_or(())?;
        Ok(Some(AccountConstraint {
            position,
            kind,
            payload,
        }))
    }

    /// The next one, when it stands at this position; it is then taken. `Err(())` when the bytes end too early.
    #[inline(always)]
    #[allow(
        clippy::result_unit_err,
        reason = "the caller names the error: terms or account"
    )]
    pub fn take_at(
        &mut self,
        at: usize,
    ) -> core::result::Result<Option<AccountConstraint<'a>>, ()> {
        if self.left == 0 {
            return Ok(None);
        }
        let position = self.cursor.rest().first().ok_or(())?;
        if usize::from(*position) == at {
            self.step()
        } else {
            Ok(None)
        }
    }

    /// What follows the last constraint: the next rule.
    pub const fn rest(&self) -> &'a [u8] {
        self.cursor.rest()
    }
}
