//! FNV-1a over everything that a topic computes.

pub struct Digest(u64);

impl Digest {
    pub fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    pub fn u64(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    pub fn i64(&mut self, value: i64) {
        self.u64(value as u64);
    }

    pub fn u128(&mut self, value: u128) {
        self.bytes(&value.to_le_bytes());
    }

    pub fn i128(&mut self, value: i128) {
        self.u128(value as u128);
    }

    pub fn bool(&mut self, value: bool) {
        self.u64(u64::from(value));
    }

    pub fn str(&mut self, value: &str) {
        self.bytes(value.as_bytes());
    }

    /// All NaNs count as one: which of them an operation gives is the processor's own choice.
    pub fn f64(&mut self, value: f64) {
        self.u64(if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() });
    }

    pub fn value(&self) -> u64 {
        self.0
    }
}
