//! The arguments of `execute` and `owner_execute`: guards, then a plan of inner instructions.

use crate::bytes::{u16_at, u64_at, Cursor, Key};
use crate::errors::ErrorCode;
use crate::refusal::{Refusal, Result};

/// Most inner instructions of a plan.
pub const MAX_INNER: u8 = 16;

/// Bits of the flags byte, in the order of what they announce.
pub mod flags {
    /// A `once` number.
    pub const ONCE: u8 = 1 << 0;
    /// The expected sequence number.
    pub const SEQ: u8 = 1 << 1;
    /// The expected grant id.
    pub const GRANT: u8 = 1 << 2;
    /// The hash of the ordered keys.
    pub const KEYS_HASH: u8 = 1 << 3;
    /// A fee for the sponsor.
    pub const FEE: u8 = 1 << 4;
    /// What must be received at least.
    pub const MIN_RECEIVE: u8 = 1 << 5;
    /// Position keys.
    pub const POSITION_KEYS: u8 = 1 << 6;
    /// Refused.
    pub const RESERVED: u8 = 1 << 7;
}

/// What an execute asks for its sponsor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fee {
    /// Lamports.
    pub amount: u64,
    /// Outer index of the sponsor.
    pub account: u8,
}

/// One entry of `min_receive`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinReceive {
    /// Key index of the mint, 255 = SOL.
    pub asset: u8,
    /// Base units or lamports.
    pub amount: u64,
}

/// One position key of an execute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionKey {
    /// Outer index.
    pub account: u8,
    /// Number in its seeds.
    pub number: u16,
    /// Bump in its seeds.
    pub bump: u8,
}

impl PositionKey {
    /// Reads an entry of the list: account, number, bump.
    pub fn read(entry: &[u8; 4]) -> Self {
        let [account, _, _, bump] = *entry;
        Self {
            account,
            number: u16_at::<1, 4>(entry),
            bump,
        }
    }
}

/// The arguments of `execute`, wholly checked for form.
#[derive(Clone, Copy, Debug)]
pub struct ExecuteArgs<'a> {
    /// The flags byte, see [`flags`].
    pub flags: u8,
    /// The `once` number.
    pub once: Option<u64>,
    /// The expected sequence number.
    pub seq: Option<u64>,
    /// The expected grant id.
    pub grant: Option<u64>,
    /// sha256 of the ordered addresses from index 3 on.
    pub keys_hash: Option<&'a Key>,
    /// The fee for the sponsor.
    pub fee: Option<Fee>,
    min_receive: &'a [[u8; 9]],
    position_keys: &'a [[u8; 4]],
    /// The inner instructions.
    pub plan: Plan<'a>,
}

impl<'a> ExecuteArgs<'a> {
    /// Reads the arguments after the discriminator. Refuses with `MalformedPlan`, `EmptyPlan`, `TooManyInner` or
    /// `TrailingBytes`.
    pub fn parse(data: &'a [u8]) -> Result<Self> {
        let mut cursor = Cursor::new(data);
        let Some(flags) = cursor.u8().filter(|flags| flags & flags::RESERVED == 0) else {
            return Err(malformed(0));
        };
        let Some(mut args) = Self::guards(flags, &mut cursor) else {
            return Err(malformed(data.len()));
        };
        args.plan = Plan::parse(cursor.rest())?;
        Ok(args)
    }

    /// The bytes of the plan, when nothing stands before it: the common case, for which [`ExecuteArgs::parse`] isn't needed.
    #[inline(always)]
    pub const fn unguarded(data: &'a [u8]) -> Option<&'a [u8]> {
        match data {
            [0, plan @ ..] => Some(plan),
            _ => None,
        }
    }

    fn guards(flags: u8, cursor: &mut Cursor<'a>) -> Option<Self> {
        let has = |bit: u8| flags & bit != 0;
        let once = if has(flags::ONCE) {
            Some(cursor.u64()?)
        } else {
            None
        };
        let seq = if has(flags::SEQ) {
            Some(cursor.u64()?)
        } else {
            None
        };
        let grant = if has(flags::GRANT) {
            Some(cursor.u64()?)
        } else {
            None
        };
        let keys_hash = if has(flags::KEYS_HASH) {
            Some(cursor.array::<32>()?)
        } else {
            None
        };
        let fee = if has(flags::FEE) {
            Some(Fee {
                amount: cursor.u64()?,
                account: cursor.u8()?,
            })
        } else {
            None
        };
        let min_receive: &[[u8; 9]] = if has(flags::MIN_RECEIVE) {
            let n = usize::from(cursor.u8()?);
            cursor.records(n)?
        } else {
            &[]
        };
        let position_keys: &[[u8; 4]] = if has(flags::POSITION_KEYS) {
            let n = usize::from(cursor.u8()?);
            cursor.records(n)?
        } else {
            &[]
        };
        let plan = Plan {
            count: 0,
            bytes: &[],
        };
        Some(Self {
            flags,
            once,
            seq,
            grant,
            keys_hash,
            fee,
            min_receive,
            position_keys,
            plan,
        })
    }

    /// What must be received at least.
    pub fn min_receive(&self) -> impl ExactSizeIterator<Item = MinReceive> + 'a {
        self.min_receive.iter().map(|b| {
            let [asset, ..] = *b;
            MinReceive {
                asset,
                amount: u64_at::<1, 9>(b),
            }
        })
    }

    /// The position keys.
    pub fn position_keys(&self) -> impl ExactSizeIterator<Item = PositionKey> + 'a {
        self.position_keys.iter().map(PositionKey::read)
    }

    /// The position keys as they stand in the arguments, for [`PositionKey::read`].
    pub const fn raw_position_keys(&self) -> &'a [[u8; 4]] {
        self.position_keys
    }
}

/// The arguments of `owner_execute` and `recover`, wholly checked for form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnerArgs<'a> {
    /// sha256 of the ordered addresses from index 1 on.
    pub keys_hash: Option<&'a Key>,
    /// The inner instructions.
    pub plan: Plan<'a>,
}

impl<'a> OwnerArgs<'a> {
    /// The only bit of their flags byte: a keys hash follows.
    pub const KEYS_HASH: u8 = 1 << 0;

    /// Reads the arguments after the discriminator. Refuses with `MalformedPlan`, `EmptyPlan`, `TooManyInner` or
    /// `TrailingBytes`.
    pub fn parse(data: &'a [u8]) -> Result<Self> {
        let mut cursor = Cursor::new(data);
        let keys_hash = match cursor.u8() {
            Some(0) => None,
            Some(Self::KEYS_HASH) => Some(cursor.array().ok_or_else(|| malformed(data.len()))?),
            _ => return Err(malformed(0)),
        };
        let plan = Plan::parse(cursor.rest())?;
        Ok(Self { keys_hash, plan })
    }
}

/// A list of 1..=16 inner instructions, wholly checked for form; iterate over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan<'a> {
    count: u8,
    bytes: &'a [u8],
}

impl<'a> Plan<'a> {
    /// Reads a plan; nothing may follow it. Refuses with `MalformedPlan`, `EmptyPlan`, `TooManyInner` or
    /// `TrailingBytes`; `inner` says in which instruction.
    #[inline(always)]
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let mut cursor = Cursor::new(bytes);
        let Some(count) = cursor.u8() else {
            return Err(malformed(0));
        };
        if count == 0 {
            return Err(Refusal::new(ErrorCode::EmptyPlan));
        }
        if count > MAX_INNER {
            return Err(too_many(count));
        }
        let plan = Self {
            count,
            bytes: cursor.rest(),
        };
        let mut inner = 0u8;
        while inner < count {
            if Inner::read(&mut cursor).is_none() {
                return Err(malformed(bytes.len()).inner(inner));
            }
            inner = inner.wrapping_add(1);
        }
        if !cursor.rest().is_empty() {
            return Err(trailing(cursor.rest().len()));
        }
        Ok(plan)
    }

    /// Number of inner instructions.
    #[inline(always)]
    pub const fn len(&self) -> u8 {
        self.count
    }

    /// Never true of a plan that was parsed.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The inner instructions, in order.
    #[inline(always)]
    pub const fn iter(&self) -> Inners<'a> {
        Inners {
            left: self.count,
            cursor: Cursor::new(self.bytes),
        }
    }
}

impl<'a> IntoIterator for Plan<'a> {
    type Item = Inner<'a>;
    type IntoIter = Inners<'a>;

    #[inline(always)]
    fn into_iter(self) -> Inners<'a> {
        self.iter()
    }
}

impl<'a> IntoIterator for &Plan<'a> {
    type Item = Inner<'a>;
    type IntoIter = Inners<'a>;

    #[inline(always)]
    fn into_iter(self) -> Inners<'a> {
        self.iter()
    }
}

/// Walks the inner instructions of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Inners<'a> {
    left: u8,
    cursor: Cursor<'a>,
}

impl<'a> Iterator for Inners<'a> {
    type Item = Inner<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<Inner<'a>> {
        self.left = self.left.checked_sub(1)?;
        Inner::read(&mut self.cursor)
    }
}

/// One inner instruction; indices are outer indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inner<'a> {
    /// Position of the rule in the session; 255 in an owners' plan.
    pub rule: u8,
    /// Outer index of the program.
    pub program: u8,
    /// Outer indices of the accounts.
    pub accounts: &'a [u8],
    /// Instruction data.
    pub data: &'a [u8],
}

impl<'a> Inner<'a> {
    #[inline(always)]
    fn read(cursor: &mut Cursor<'a>) -> Option<Self> {
        let [rule, program, n] = *cursor.array::<3>()?;
        let accounts = cursor.slice(usize::from(n))?;
        let length = usize::from(cursor.u16()?);
        let data = cursor.slice(length)?;
        Some(Self {
            rule,
            program,
            accounts,
            data,
        })
    }
}

#[cold]
#[inline(never)]
fn malformed(offset: usize) -> Refusal {
    Refusal::new(ErrorCode::MalformedPlan).offset(offset)
}

#[cold]
#[inline(never)]
fn trailing(bytes: usize) -> Refusal {
    Refusal::new(ErrorCode::TrailingBytes).asked(bytes as u64)
}

#[cold]
#[inline(never)]
fn too_many(count: u8) -> Refusal {
    Refusal::new(ErrorCode::TooManyInner)
        .asked(u64::from(count))
        .left(u64::from(MAX_INNER))
}
