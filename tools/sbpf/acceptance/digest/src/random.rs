//! xorshift64: the same numbers from the same seed everywhere.

pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub fn u64(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// All magnitudes are equally likely, zero among them.
    pub fn u128(&mut self) -> u128 {
        let shift = self.u64() % 129;
        let value = u128::from(self.u64()) << 64 | u128::from(self.u64());
        value.checked_shr(shift as u32).unwrap_or(0)
    }

    /// All magnitudes are equally likely.
    pub fn small_or_large_u64(&mut self) -> u64 {
        let value = self.u64();
        value >> (self.u64() % 64)
    }

    pub fn i64(&mut self) -> i64 {
        let value = self.u64() as i64;
        value >> (self.u64() % 64)
    }

    /// `count` numbers below 50.
    pub fn list(&mut self, count: usize) -> Vec<u64> {
        (0..count).map(|_| self.u64() % 50).collect()
    }
}
