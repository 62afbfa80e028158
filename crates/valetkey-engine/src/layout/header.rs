//! The header of a session: where each field lies, what each flag means.

/// Bits of the flags byte.
pub mod flags {
    /// The session was revoked.
    pub const REVOKED: u8 = 1 << 0;
    /// Uses are unlimited.
    pub const UNLIMITED_USES: u8 = 1 << 1;
    /// Closing of empty or native clean accounts is allowed.
    pub const CLOSES: u8 = 1 << 2;
    /// Position keys are allowed.
    pub const POSITION_KEYS: u8 = 1 << 3;
    /// There is a fee budget.
    pub const FEE_BUDGET: u8 = 1 << 4;
    /// A revoked record: header only.
    pub const RECORD: u8 = 1 << 5;
    /// Bits that mean something.
    pub const KNOWN: u8 = 0b11_1111;
}

/// Offsets in the header.
pub mod offset {
    /// Layout version.
    pub const VERSION: usize = 8;
    /// Flags.
    pub const FLAGS: usize = 9;
    /// Number of keys.
    pub const KEYS: usize = 10;
    /// Number of limits.
    pub const LIMITS: usize = 11;
    /// Number of rules.
    pub const RULES: usize = 12;
    /// Bump of the session.
    pub const BUMP: usize = 13;
    /// Sponsor (key index).
    pub const SPONSOR: usize = 14;
    /// Guardian (key index).
    pub const GUARDIAN: usize = 15;
    /// Bump of the vault.
    pub const VAULT_BUMP: usize = 16;
    /// Revision `u32`.
    pub const REVISION: usize = 20;
    /// Grant id `u64`.
    pub const GRANT_ID: usize = 24;
    /// Config.
    pub const CONFIG: usize = 32;
    /// Vault.
    pub const VAULT: usize = 64;
    /// Session key.
    pub const SESSION_KEY: usize = 96;
    /// Rent payer.
    pub const RENT_PAYER: usize = 128;
    /// Origin hash.
    pub const ORIGIN: usize = 160;
    /// Epoch `u64`.
    pub const EPOCH: usize = 192;
    /// Start of the window, as the terms say, `i64`.
    pub const STARTS_AT: usize = 200;
    /// End of the window `i64`.
    pub const EXPIRES_AT: usize = 208;
    /// Grant deadline `i64`.
    pub const GRANT_DEADLINE: usize = 216;
    /// Time of the grant `i64`.
    pub const CREATED_AT: usize = 224;
    /// Executes so far `u64`.
    pub const SEQ: usize = 232;
    /// Highest `once` number `u64`.
    pub const ONCE: usize = 240;
    /// Map of `once` numbers `u128`.
    pub const ONCE_MAP: usize = 248;
    /// Uses allowed `u32`.
    pub const USES_ALLOWED: usize = 264;
    /// Uses spent `u32`.
    pub const USES_SPENT: usize = 268;
    /// Fee budget, total `u64`.
    pub const FEE_TOTAL: usize = 272;
    /// Fee budget, per execute `u64`.
    pub const FEE_PER_EXECUTE: usize = 280;
    /// Fee budget, paid `u64`.
    pub const FEE_PAID: usize = 288;
    /// Token-2022 extensions allowed `u64`.
    pub const EXTENSIONS: usize = 296;
    /// Reserved, 16 bytes.
    pub const RESERVED: usize = 304;
}

/// How long the tables of a session are: from one view to the next of the same account, whose counts don't change.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub(super) keys: u8,
    pub(super) limits: u8,
    pub(super) rules: u8,
}
