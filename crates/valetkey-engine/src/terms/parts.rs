//! The parts of terms, found and checked for form.

use crate::bytes::{Cursor, Key};
use crate::errors::ErrorCode;
use crate::layout::session::{MAX_KEYS, MAX_LIMITS, MAX_RULES};
use crate::layout::NO_KEY;
use crate::mint::OFFERED_EXTENSIONS;
use crate::refusal::{Refusal, Result};

/// The version of terms that this engine reads.
pub const VERSION: u8 = 1;

/// Bits of the flags byte.
pub mod flags {
    /// Reserved.
    pub const RESERVED: u8 = 1 << 0;
    /// Uses are unlimited; the same bit as in a session.
    pub const UNLIMITED_USES: u8 = 1 << 1;
    /// Closes are allowed; the same bit as in a session.
    pub const CLOSES: u8 = 1 << 2;
    /// Position keys are allowed; the same bit as in a session.
    pub const POSITION_KEYS: u8 = 1 << 3;
    /// A fee budget follows; the same bit as in a session.
    pub const FEE_BUDGET: u8 = 1 << 4;
    /// An origin hash follows.
    pub const ORIGIN: u8 = 1 << 5;
    /// A guardian follows.
    pub const GUARDIAN: u8 = 1 << 6;
    /// The extensions that mints and accounts may have follow.
    pub const EXTENSIONS: u8 = 1 << 7;
    /// Flags that a session stores as they are.
    pub const STORED: u8 = UNLIMITED_USES | CLOSES | POSITION_KEYS | FEE_BUDGET;
}

/// What the session may pay its sponsor.
#[derive(Clone, Copy)]
pub(super) struct FeeBudget {
    pub sponsor: u8,
    pub total: u64,
    pub per_execute: u64,
}

/// Terms whose head was read; limits and rules are still to be walked.
pub(super) struct Parts<'a> {
    pub flags: u8,
    pub starts_at: i64,
    pub expires_at: i64,
    pub uses: u32,
    pub keys: usize,
    pub limits: usize,
    pub rules: usize,
    /// Bit i: key i is the address of the next account of the terms.
    pub by_account: u32,
    pub fee: FeeBudget,
    pub origin: Option<&'a Key>,
    pub guardian: u8,
    pub extensions: u64,
    pub inline_keys: &'a [Key],
    pub body: Reader<'a>,
}

impl<'a> Parts<'a> {
    /// Reads the head. Refuses with `TermsMalformed`, `TermsTooLarge`, `EmptyScope`, `BadLimit` (a
    /// fee budget of nothing) or `FeatureRefused` (an extension that isn't offered).
    pub fn read(terms: &'a [u8]) -> Result<Self> {
        let mut reader = Reader {
            cursor: Cursor::new(terms),
            length: terms.len(),
        };
        let [version, flags] = *reader.need(|c| c.array::<2>())?;
        if version != VERSION {
            return Err(malformed(0));
        }
        if flags & flags::RESERVED != 0 {
            return Err(malformed(1));
        }
        let starts_at = reader.need(Cursor::i64)?;
        let expires_at = reader.need(Cursor::i64)?;
        let uses = reader.need(Cursor::u32)?;
        let [keys, limits, rules] = reader.need(|c| c.array::<3>())?.map(usize::from);
        if keys > MAX_KEYS || limits > MAX_LIMITS || rules > MAX_RULES {
            return Err(Refusal::new(ErrorCode::TermsTooLarge).offset(22));
        }
        if rules == 0 {
            return Err(Refusal::new(ErrorCode::EmptyScope));
        }
        let by_account = reader.need(Cursor::u32)?;
        let beyond = u64::from(by_account).checked_shr(u32::try_from(keys).unwrap_or(u32::MAX));
        if beyond.unwrap_or(0) != 0 {
            return Err(malformed(25));
        }
        let fee = read_fee(&mut reader, flags, keys)?;
        let origin = read_origin(&mut reader, flags)?;
        let guardian = if flags & flags::GUARDIAN != 0 {
            read_index(&mut reader, keys)?
        } else {
            NO_KEY
        };
        let extensions = read_extensions(&mut reader, flags)?;
        let given = usize::try_from(by_account.count_ones()).unwrap_or(usize::MAX);
        let inline = keys.saturating_sub(given);
        let inline_keys = reader.need(|c| c.records(inline))?;
        let body = reader;
        Ok(Self {
            flags,
            starts_at,
            expires_at,
            uses,
            keys,
            limits,
            rules,
            by_account,
            fee,
            origin,
            guardian,
            extensions,
            inline_keys,
            body,
        })
    }
}

fn read_fee(reader: &mut Reader, flags: u8, keys: usize) -> Result<FeeBudget> {
    if flags & flags::FEE_BUDGET == 0 {
        return Ok(FeeBudget {
            sponsor: NO_KEY,
            total: 0,
            per_execute: 0,
        });
    }
    let fee = FeeBudget {
        sponsor: read_index(reader, keys)?,
        total: reader.need(Cursor::u64)?,
        per_execute: reader.need(Cursor::u64)?,
    };
    if fee.per_execute == 0 || fee.per_execute > fee.total {
        return Err(Refusal::new(ErrorCode::BadLimit)
            .asked(fee.per_execute)
            .left(fee.total));
    }
    Ok(fee)
}

fn read_origin<'a>(reader: &mut Reader<'a>, flags: u8) -> Result<Option<&'a Key>> {
    if flags & flags::ORIGIN == 0 {
        return Ok(None);
    }
    let at = reader.offset();
    let origin = reader.need(|c| c.array())?;
    if *origin == [0; 32] {
        return Err(malformed(at));
    }
    Ok(Some(origin))
}

fn read_extensions(reader: &mut Reader, flags: u8) -> Result<u64> {
    if flags & flags::EXTENSIONS == 0 {
        return Ok(0);
    }
    let at = reader.offset();
    let extensions = reader.need(Cursor::u64)?;
    if extensions == 0 {
        return Err(malformed(at));
    }
    let unknown = extensions & !OFFERED_EXTENSIONS;
    if unknown != 0 {
        let first = u64::from(unknown.trailing_zeros());
        return Err(Refusal::new(ErrorCode::FeatureRefused).asked(first));
    }
    Ok(extensions)
}

/// A key index of the table.
fn read_index(reader: &mut Reader, keys: usize) -> Result<u8> {
    let at = reader.offset();
    let index = reader.need(Cursor::u8)?;
    if usize::from(index) < keys {
        Ok(index)
    } else {
        Err(malformed(at))
    }
}

/// A cursor that knows where it is, for refusals.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub cursor: Cursor<'a>,
    length: usize,
}

impl<'a> Reader<'a> {
    /// Bytes read so far.
    pub const fn offset(&self) -> usize {
        self.length.saturating_sub(self.cursor.rest().len())
    }

    /// Reads a part, or refuses with `TermsMalformed` and the offset where it should begin.
    pub fn need<T>(&mut self, read: impl FnOnce(&mut Cursor<'a>) -> Option<T>) -> Result<T> {
        let at = self.offset();
        read(&mut self.cursor).ok_or_else(|| malformed(at))
    }

    /// Refuses what follows the end.
    pub fn end(&self) -> Result<()> {
        if self.cursor.rest().is_empty() {
            Ok(())
        } else {
            Err(malformed(self.offset()))
        }
    }
}

#[cold]
#[inline(never)]
pub(super) fn malformed(offset: usize) -> Refusal {
    Refusal::new(ErrorCode::TermsMalformed).offset(offset)
}
