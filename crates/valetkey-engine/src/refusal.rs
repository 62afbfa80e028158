//! Why something was refused: a code, and what it is about, in the 24 bytes that the program returns.

use crate::bytes::{u32_at, u64_at};
use crate::errors::ErrorCode;

/// The result of every check of the engine.
pub type Result<T> = core::result::Result<T, Refusal>;

/// "None" in the fields `inner`, `rule` and `index`.
pub const NONE: u8 = 255;

/// What the field `index` of a refusal counts.
pub mod subject {
    /// Nothing.
    pub const NONE: u8 = 0;
    /// A limit of the session, by position.
    pub const LIMIT: u8 = 1;
    /// An account of the inner instruction, by position.
    pub const POSITION: u8 = 2;
    /// A data constraint of the rule, by position.
    pub const DATA: u8 = 3;
    /// An entry of `min_receive`.
    pub const MIN_RECEIVE: u8 = 4;
    /// An account of the outer instruction.
    pub const OUTER: u8 = 5;
    /// A key of the key table.
    pub const KEY: u8 = 6;
    /// A byte offset; it stands in `asked`.
    pub const OFFSET: u8 = 7;
}

/// A refusal: the named error, and which rule, limit or position, what was asked, what was left.
///
/// ```
/// use valetkey_engine::{ErrorCode, Refusal};
/// let refusal = Refusal::new(ErrorCode::LimitTotalExceeded).inner(2).limit(0).asked(7).left(5);
/// assert_eq!(Refusal::from_bytes(&refusal.to_bytes()), refusal);
/// assert_eq!(refusal.name(), "LimitTotalExceeded");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The error's number.
    pub code: u32,
    /// Inner instruction, 255 = none.
    pub inner: u8,
    /// Rule, by position in the session, 255 = none.
    pub rule: u8,
    /// What `index` counts, see [`subject`].
    pub subject: u8,
    /// Index of the subject, 255 = none.
    pub index: u8,
    /// What was asked.
    pub asked: u64,
    /// What was left, allowed or expected.
    pub left: u64,
}

impl Refusal {
    /// Bytes of return data.
    pub const SIZE: usize = 24;

    /// A refusal about nothing in particular.
    #[cold]
    #[inline(never)]
    pub const fn new(code: ErrorCode) -> Self {
        let code = code.code();
        Self {
            code,
            inner: NONE,
            rule: NONE,
            subject: subject::NONE,
            index: NONE,
            asked: 0,
            left: 0,
        }
    }

    /// Says in which inner instruction.
    #[must_use]
    pub const fn inner(self, inner: u8) -> Self {
        Self { inner, ..self }
    }

    /// Says under which rule.
    #[must_use]
    pub const fn rule(self, rule: u8) -> Self {
        Self { rule, ..self }
    }

    /// Says which limit.
    #[must_use]
    pub fn limit(self, index: usize) -> Self {
        self.about(subject::LIMIT, index)
    }

    /// Says which account of the inner instruction.
    #[must_use]
    pub fn position(self, index: usize) -> Self {
        self.about(subject::POSITION, index)
    }

    /// Says which data constraint.
    #[must_use]
    pub fn data(self, index: usize) -> Self {
        self.about(subject::DATA, index)
    }

    /// Says which entry of `min_receive`.
    #[must_use]
    pub fn min_receive(self, index: usize) -> Self {
        self.about(subject::MIN_RECEIVE, index)
    }

    /// Says which account of the outer instruction.
    #[must_use]
    pub fn outer(self, index: usize) -> Self {
        self.about(subject::OUTER, index)
    }

    /// Says which key of the key table.
    #[must_use]
    pub fn key(self, index: usize) -> Self {
        self.about(subject::KEY, index)
    }

    /// Says at which byte.
    #[must_use]
    pub const fn offset(self, offset: usize) -> Self {
        Self {
            subject: subject::OFFSET,
            index: NONE,
            asked: offset as u64,
            ..self
        }
    }

    /// Says what was asked.
    #[must_use]
    pub const fn asked(self, asked: u64) -> Self {
        Self { asked, ..self }
    }

    /// Says what was left, allowed or expected.
    #[must_use]
    pub const fn left(self, left: u64) -> Self {
        Self { left, ..self }
    }

    fn about(self, subject: u8, index: usize) -> Self {
        Self {
            subject,
            index: u8::try_from(index).unwrap_or(NONE),
            ..self
        }
    }

    /// The name of the error, `"?"` for a number that is none of ours.
    pub fn name(&self) -> &'static str {
        name(self.code)
    }

    /// The 24 bytes of return data.
    pub fn to_bytes(&self) -> [u8; Self::SIZE] {
        // By words: byte by byte it costs three times as much on the chain.
        let subject = u16::from_le_bytes([self.subject, self.index]);
        let place = u16::from_le_bytes([self.inner, self.rule]);
        let head = u64::from(self.code) | u64::from(place) << 32 | u64::from(subject) << 48;
        let mut bytes = [0; Self::SIZE];
        let words = bytes.as_chunks_mut::<8>().0.iter_mut();
        for (place, word) in words.zip([head, self.asked, self.left]) {
            *place = word.to_le_bytes();
        }
        bytes
    }

    /// Reads the 24 bytes of return data.
    pub fn from_bytes(bytes: &[u8; Self::SIZE]) -> Self {
        let [_, _, _, _, inner, rule, subject, index, ..] = *bytes;
        Self {
            code: u32_at::<0, 24>(bytes),
            inner,
            rule,
            subject,
            index,
            asked: u64_at::<8, 24>(bytes),
            left: u64_at::<16, 24>(bytes),
        }
    }
}

impl From<ErrorCode> for Refusal {
    #[cold]
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

/// The name of an error's number, `"?"` when it is none of ours.
pub fn name(code: u32) -> &'static str {
    ErrorCode::from_code(code).map_or("?", ErrorCode::name)
}
