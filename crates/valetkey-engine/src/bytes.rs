//! Reading and comparing bytes without panics, at constant offsets without checks at run time.

/// A 32-byte address.
pub type Key = [u8; 32];

/// `N` bytes at the constant offset `O` of an array.
#[inline(always)]
pub fn bytes_at<const O: usize, const N: usize, const L: usize>(bytes: &[u8; L]) -> &[u8; N] {
    const { assert!(O + N <= L, "a field must lie inside its record") };
    // The compiler sees that this is always `Some`.
    match bytes.get(O..).and_then(|rest| rest.first_chunk::<N>()) {
        Some(found) => found,
        None => &[0; N],
    }
}

/// The byte at the constant offset `O`.
#[inline(always)]
pub fn u8_at<const O: usize, const L: usize>(bytes: &[u8; L]) -> u8 {
    let [byte] = *bytes_at::<O, 1, L>(bytes);
    byte
}

/// The `u16` at the constant offset `O`.
#[inline(always)]
pub fn u16_at<const O: usize, const L: usize>(bytes: &[u8; L]) -> u16 {
    u16::from_le_bytes(*bytes_at::<O, 2, L>(bytes))
}

/// The `u32` at the constant offset `O`.
#[inline(always)]
pub fn u32_at<const O: usize, const L: usize>(bytes: &[u8; L]) -> u32 {
    u32::from_le_bytes(*bytes_at::<O, 4, L>(bytes))
}

/// The `u64` at the constant offset `O`.
#[inline(always)]
pub fn u64_at<const O: usize, const L: usize>(bytes: &[u8; L]) -> u64 {
    u64::from_le_bytes(*bytes_at::<O, 8, L>(bytes))
}

/// The `i64` at the constant offset `O`.
#[inline(always)]
pub fn i64_at<const O: usize, const L: usize>(bytes: &[u8; L]) -> i64 {
    i64::from_le_bytes(*bytes_at::<O, 8, L>(bytes))
}

/// Whether two keys are the same, by four words.
#[inline(always)]
pub fn key_eq(a: &Key, b: &Key) -> bool {
    u64_at::<0, 32>(a) == u64_at::<0, 32>(b)
        && u64_at::<8, 32>(a) == u64_at::<8, 32>(b)
        && u64_at::<16, 32>(a) == u64_at::<16, 32>(b)
        && u64_at::<24, 32>(a) == u64_at::<24, 32>(b)
}

/// Writes `value` at `offset`; `None` when it doesn't fit.
#[inline(always)]
#[must_use]
pub fn put<const N: usize>(out: &mut [u8], offset: usize, value: &[u8; N]) -> Option<()> {
    *out.get_mut(offset..)?.first_chunk_mut::<N>()? = *value;
    Some(())
}

/// A reader that walks a slice once; each step is `None` when the slice ends too early.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// Starts at the first byte.
    #[inline(always)]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What wasn't read yet.
    #[inline(always)]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next `N` bytes.
    #[inline(always)]
    pub fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (found, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(found)
    }

    /// The next `n` bytes.
    #[inline(always)]
    pub fn slice(&mut self, n: usize) -> Option<&'a [u8]> {
        let (found, rest) = self.rest.split_at_checked(n)?;
        self.rest = rest;
        Some(found)
    }

    /// The next `n` records of `N` bytes.
    #[inline(always)]
    pub fn records<const N: usize>(&mut self, n: usize) -> Option<&'a [[u8; N]]> {
        let (found, _) = self.slice(n.checked_mul(N)?)?.as_chunks::<N>();
        Some(found)
    }

    /// The next byte.
    #[inline(always)]
    pub fn u8(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    /// The next `u16`.
    #[inline(always)]
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(|b| u16::from_le_bytes(*b))
    }

    /// The next `u32`.
    #[inline(always)]
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(|b| u32::from_le_bytes(*b))
    }

    /// The next `u64`.
    #[inline(always)]
    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(|b| u64::from_le_bytes(*b))
    }

    /// The next `i64`.
    #[inline(always)]
    pub fn i64(&mut self) -> Option<i64> {
        self.array().map(|b| i64::from_le_bytes(*b))
    }
}
