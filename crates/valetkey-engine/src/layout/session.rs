//! The `Session` account: header, key table, limits, rule offsets, rules.

use super::limit::{self, LimitView};
use super::rule::RuleView;
use super::NO_KEY;
use crate::bytes::{bytes_at, i64_at, key_eq, u32_at, u64_at, u8_at, Cursor, Key};
use crate::errors::ErrorCode;
use crate::fee::FeeBudget;
use crate::refusal::{Refusal, Result};

/// First 8 bytes: `sha256("account:Session")[..8]`.
pub const DISCRIMINATOR: [u8; 8] = [0xf3, 0x51, 0x48, 0x73, 0xd6, 0xbc, 0x48, 0x90];
/// The layout version that this engine reads and writes.
pub const VERSION: u8 = 1;
/// Bytes of the header; the key table follows.
pub const HEADER: usize = 320;
/// Largest session account.
pub const MAX_SIZE: usize = 3_072;
/// Most keys.
pub const MAX_KEYS: usize = 32;
/// Most limits.
pub const MAX_LIMITS: usize = 8;
/// Most rules.
pub const MAX_RULES: usize = 16;

pub use super::header::{flags, offset, Shape};

const _: () = assert!(
    offset::RESERVED + 16 == HEADER,
    "the key table would overlap the header"
);
const _: () = assert!(
    HEADER + MAX_KEYS * 32 + MAX_LIMITS * limit::SIZE + MAX_RULES * 2 < MAX_SIZE,
    "the largest tables must leave room for rules"
);

/// An asset: SOL (wrapped or not), or a mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asset<'a> {
    /// Lamports.
    Sol,
    /// Base units of this mint.
    Mint(&'a Key),
}

/// A session account whose discriminator, version, flags, counts and lengths were checked.
#[derive(Clone, Copy, Debug)]
pub struct SessionView<'a> {
    data: &'a [u8],
    header: &'a [u8; HEADER],
    keys: &'a [Key],
    limits: &'a [[u8; limit::SIZE]],
    offsets: &'a [[u8; 2]],
    shape: Shape,
}

impl<'a> SessionView<'a> {
    /// Reads a session account, a revoked record included. That the account is owned by this program is for the caller
    /// to check. Refuses with `NotASession` or `UnknownVersion`.
    #[inline(always)]
    pub fn open(data: &'a [u8]) -> Result<Self> {
        let Some(header) = data.first_chunk::<HEADER>() else {
            return Err(not_a_session());
        };
        if u64_at::<0, HEADER>(header) != u64::from_le_bytes(DISCRIMINATOR) {
            return Err(not_a_session());
        }
        if u8_at::<{ offset::VERSION }, HEADER>(header) != VERSION {
            return Err(Refusal::new(ErrorCode::UnknownVersion));
        }
        let flags = u8_at::<{ offset::FLAGS }, HEADER>(header);
        let shape = Shape {
            keys: u8_at::<{ offset::KEYS }, HEADER>(header),
            limits: u8_at::<{ offset::LIMITS }, HEADER>(header),
            rules: u8_at::<{ offset::RULES }, HEADER>(header),
        };
        let known = flags & !flags::KNOWN == 0;
        if !known
            || usize::from(shape.keys) > MAX_KEYS
            || usize::from(shape.limits) > MAX_LIMITS
            || usize::from(shape.rules) > MAX_RULES
        {
            return Err(not_a_session());
        }
        Self::with_shape(data, shape)
    }

    /// Reads an account of this shape whose header was checked by [`SessionView::open`]; what it may write since then are
    /// counters. Refuses with `NotASession` when the tables don't fit.
    #[inline(always)]
    pub fn with_shape(data: &'a [u8], shape: Shape) -> Result<Self> {
        let Some((header, tables)) = data.split_first_chunk::<HEADER>() else {
            return Err(not_a_session());
        };
        let mut cursor = Cursor::new(tables);
        let Some(keys) = cursor.records(usize::from(shape.keys)) else {
            return Err(not_a_session());
        };
        let Some(limits) = cursor.records(usize::from(shape.limits)) else {
            return Err(not_a_session());
        };
        let Some(offsets) = cursor.records(usize::from(shape.rules)) else {
            return Err(not_a_session());
        };
        Ok(Self {
            data,
            header,
            keys,
            limits,
            offsets,
            shape,
        })
    }

    /// How long its tables are.
    #[inline(always)]
    pub const fn shape(&self) -> Shape {
        self.shape
    }

    /// The flags byte, see [`flags`].
    #[inline(always)]
    pub fn flags(&self) -> u8 {
        u8_at::<{ offset::FLAGS }, HEADER>(self.header)
    }

    /// Whether the session was revoked (a record always is).
    #[inline(always)]
    pub fn is_revoked(&self) -> bool {
        self.flags() & (flags::REVOKED | flags::RECORD) != 0
    }

    /// Whether it is a revoked record, without terms.
    pub fn is_record(&self) -> bool {
        self.flags() & flags::RECORD != 0
    }

    /// The key table.
    #[inline(always)]
    pub fn keys(&self) -> &'a [Key] {
        self.keys
    }

    /// One key of the table.
    #[inline(always)]
    pub fn key(&self, index: u8) -> Option<&'a Key> {
        self.keys.get(usize::from(index))
    }

    /// Number of limits.
    #[inline(always)]
    pub fn limits_len(&self) -> usize {
        self.limits.len()
    }

    /// One limit.
    #[inline(always)]
    pub fn limit(&self, index: usize) -> Option<LimitView<'a>> {
        self.limits.get(index).map(LimitView::new)
    }

    /// Where a limit begins, in bytes of the account.
    #[inline(always)]
    pub const fn limit_offset(&self, index: usize) -> usize {
        // At most 320 + 32 * 32 + 8 * 56 for a limit of the session.
        let keys = self.keys.len().wrapping_mul(32);
        HEADER
            .wrapping_add(keys)
            .wrapping_add(index.wrapping_mul(limit::SIZE))
    }

    /// The position of the limit of an asset that leaves from the vault.
    #[inline(always)]
    pub fn limit_of(&self, asset: &Asset) -> Option<usize> {
        for (at, bytes) in self.limits.iter().enumerate() {
            let limit = LimitView::new(bytes);
            if limit.source() != NO_KEY {
                continue;
            }
            if self.is_of(&limit, asset) {
                return Some(at);
            }
        }
        None
    }

    /// The position of the limit of an asset that leaves from this wallet, in delegate mode.
    ///
    /// It takes the view by value: were it borrowed here, the hot path would have to keep its own in memory.
    #[inline(never)]
    pub fn limit_of_wallet(self, asset: Asset, wallet: &Key) -> Option<usize> {
        self.limits.iter().position(|bytes| {
            let limit = LimitView::new(bytes);
            let source = self.key(limit.source());
            source.is_some_and(|source| key_eq(source, wallet)) && self.is_of(&limit, &asset)
        })
    }

    /// Whether a limit counts this asset.
    #[inline(always)]
    fn is_of(&self, limit: &LimitView, asset: &Asset) -> bool {
        match (asset, limit.asset()) {
            (Asset::Sol, index) => index == NO_KEY,
            (Asset::Mint(_), NO_KEY) => false,
            (Asset::Mint(mint), index) => self.key(index).is_some_and(|key| key_eq(key, mint)),
        }
    }

    /// The asset that an asset byte of this session names; `None` when it names no key.
    #[inline(always)]
    pub fn asset(&self, index: u8) -> Option<Asset<'a>> {
        if index == NO_KEY {
            Some(Asset::Sol)
        } else {
            self.key(index).map(Asset::Mint)
        }
    }

    /// Number of rules.
    #[inline(always)]
    pub fn rules_len(&self) -> usize {
        self.offsets.len()
    }

    /// Where a rule begins, in bytes of the account.
    #[inline(always)]
    pub fn rule_offset(&self, index: u8) -> Option<usize> {
        self.offsets
            .get(usize::from(index))
            .map(|bytes| usize::from(u16::from_le_bytes(*bytes)))
    }

    /// The bytes from where a rule begins; others may follow it.
    #[inline(always)]
    pub fn rule_bytes(&self, index: u8) -> Option<&'a [u8]> {
        self.data.get(self.rule_offset(index)?..)
    }

    /// One rule. Refuses with `RuleOutOfRange`, or `NotASession` when its bytes can't be read.
    #[inline(always)]
    pub fn rule(&self, index: u8) -> Result<RuleView<'a>> {
        let Some(offset) = self.rule_offset(index) else {
            return Err(Refusal::new(ErrorCode::RuleOutOfRange).rule(index));
        };
        match self.data.get(offset..).and_then(RuleView::read) {
            Some(rule) => Ok(rule),
            None => Err(not_a_session().rule(index)),
        }
    }

    /// Bump of the session.
    pub fn bump(&self) -> u8 {
        u8_at::<{ offset::BUMP }, HEADER>(self.header)
    }

    /// Bump of the vault.
    #[inline(always)]
    pub fn vault_bump(&self) -> u8 {
        u8_at::<{ offset::VAULT_BUMP }, HEADER>(self.header)
    }

    /// The sponsor of the fee budget.
    pub fn sponsor(&self) -> Option<&'a Key> {
        self.key(u8_at::<{ offset::SPONSOR }, HEADER>(self.header))
    }

    /// The guardian, who may revoke.
    pub fn guardian(&self) -> Option<&'a Key> {
        self.key(u8_at::<{ offset::GUARDIAN }, HEADER>(self.header))
    }

    /// One more with each renewal.
    pub fn revision(&self) -> u32 {
        u32_at::<{ offset::REVISION }, HEADER>(self.header)
    }

    /// Grant id.
    #[inline(always)]
    pub fn grant_id(&self) -> u64 {
        u64_at::<{ offset::GRANT_ID }, HEADER>(self.header)
    }

    /// The vault config.
    #[inline(always)]
    pub fn config(&self) -> &'a Key {
        bytes_at::<{ offset::CONFIG }, 32, HEADER>(self.header)
    }

    /// The vault.
    #[inline(always)]
    pub fn vault(&self) -> &'a Key {
        bytes_at::<{ offset::VAULT }, 32, HEADER>(self.header)
    }

    /// The session key.
    #[inline(always)]
    pub fn session_key(&self) -> &'a Key {
        bytes_at::<{ offset::SESSION_KEY }, 32, HEADER>(self.header)
    }

    /// Who gets the rent back.
    pub fn rent_payer(&self) -> &'a Key {
        bytes_at::<{ offset::RENT_PAYER }, 32, HEADER>(self.header)
    }

    /// sha256 of the origin's text, zero = none.
    pub fn origin(&self) -> &'a Key {
        bytes_at::<{ offset::ORIGIN }, 32, HEADER>(self.header)
    }

    /// The epoch of the vault at the grant.
    #[inline(always)]
    pub fn epoch(&self) -> u64 {
        u64_at::<{ offset::EPOCH }, HEADER>(self.header)
    }

    /// Start of the window as the terms say; periods count from it.
    #[inline(always)]
    pub fn starts_at(&self) -> i64 {
        i64_at::<{ offset::STARTS_AT }, HEADER>(self.header)
    }

    /// The window ends before this second.
    #[inline(always)]
    pub fn expires_at(&self) -> i64 {
        i64_at::<{ offset::EXPIRES_AT }, HEADER>(self.header)
    }

    /// Until this second (included) the session may not be closed.
    pub fn grant_deadline(&self) -> i64 {
        i64_at::<{ offset::GRANT_DEADLINE }, HEADER>(self.header)
    }

    /// When the grant landed.
    #[inline(always)]
    pub fn created_at(&self) -> i64 {
        i64_at::<{ offset::CREATED_AT }, HEADER>(self.header)
    }

    /// Executes so far.
    #[inline(always)]
    pub fn seq(&self) -> u64 {
        u64_at::<{ offset::SEQ }, HEADER>(self.header)
    }

    /// The highest `once` number seen, and the map of those below.
    #[inline(always)]
    pub fn once(&self) -> (u64, u128) {
        let map = bytes_at::<{ offset::ONCE_MAP }, 16, HEADER>(self.header);
        (
            u64_at::<{ offset::ONCE }, HEADER>(self.header),
            u128::from_le_bytes(*map),
        )
    }

    /// Whether uses are unlimited.
    #[inline(always)]
    pub fn has_unlimited_uses(&self) -> bool {
        self.flags() & flags::UNLIMITED_USES != 0
    }

    /// Uses allowed (0 when unlimited).
    #[inline(always)]
    pub fn uses_allowed(&self) -> u32 {
        u32_at::<{ offset::USES_ALLOWED }, HEADER>(self.header)
    }

    /// Uses spent.
    #[inline(always)]
    pub fn uses_spent(&self) -> u32 {
        u32_at::<{ offset::USES_SPENT }, HEADER>(self.header)
    }

    /// The fee budget; zeroes without one.
    pub fn fee_budget(&self) -> FeeBudget {
        FeeBudget {
            total: u64_at::<{ offset::FEE_TOTAL }, HEADER>(self.header),
            per_execute: u64_at::<{ offset::FEE_PER_EXECUTE }, HEADER>(self.header),
            paid: u64_at::<{ offset::FEE_PAID }, HEADER>(self.header),
        }
    }

    /// Token-2022 extensions allowed, bit = extension type.
    pub fn extensions(&self) -> u64 {
        u64_at::<{ offset::EXTENSIONS }, HEADER>(self.header)
    }
}

#[cold]
#[inline(never)]
fn not_a_session() -> Refusal {
    Refusal::new(ErrorCode::NotASession)
}
