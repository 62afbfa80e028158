//! Limits of terms.

use super::context::{Ground, TermsAccounts};
use super::parts::{malformed, Reader};
use crate::bytes::{key_eq, put, Cursor, Key};
use crate::errors::ErrorCode;
use crate::layout::limit::{flags, offset, SIZE};
use crate::layout::NO_KEY;
use crate::mint::MintFacts;
use crate::programs::is_native_mint;
use crate::refusal::{Refusal, Result};

/// Decimals of SOL.
const SOL_DECIMALS: u8 = 9;

/// A limit as terms carry it.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    pub asset: u8,
    pub source: u8,
    flags: u8,
    total: u64,
    per_execute: u64,
    per_period: u64,
    length: u32,
}

impl Limit {
    /// Reads one limit. Refuses with `TermsMalformed`, unknown flags included.
    pub fn read(reader: &mut Reader) -> Result<Self> {
        let [asset, source, flags] = *reader.need(|c| c.array::<3>())?;
        if flags & !(flags::PER_EXECUTE | flags::PER_PERIOD) != 0 {
            return Err(malformed(reader.offset().saturating_sub(1)));
        }
        let total = reader.need(Cursor::u64)?;
        let per_execute = if flags & flags::PER_EXECUTE != 0 {
            reader.need(Cursor::u64)?
        } else {
            0
        };
        let (per_period, length) = if flags & flags::PER_PERIOD != 0 {
            (reader.need(Cursor::u64)?, reader.need(Cursor::u32)?)
        } else {
            (0, 0)
        };
        Ok(Self {
            asset,
            source,
            flags,
            total,
            per_execute,
            per_period,
            length,
        })
    }

    /// Checks it and writes its 56 bytes. Refuses with `BadLimit`, `MintMissing` or `MintRefused`.
    pub fn write(
        &self,
        ground: &Ground,
        accounts: &impl TermsAccounts,
        out: &mut [u8; SIZE],
    ) -> Result<()> {
        let zero_part = self.total == 0
            || (self.flags & flags::PER_EXECUTE != 0 && self.per_execute == 0)
            || (self.flags & flags::PER_PERIOD != 0 && (self.per_period == 0 || self.length == 0));
        if zero_part {
            return Err(Refusal::new(ErrorCode::BadLimit));
        }
        if self.source != NO_KEY {
            // The vault's own is said as 255; the config holds no tokens.
            let wallet = ground.keys.get(usize::from(self.source));
            let foreign = |key: &&Key| !key_eq(key, ground.vault) && !key_eq(key, ground.config);
            if wallet.filter(foreign).is_none() {
                return Err(Refusal::new(ErrorCode::BadLimit));
            }
        }
        let mint = if self.asset == NO_KEY {
            MintFacts {
                decimals: SOL_DECIMALS,
                token_2022: false,
            }
        } else {
            let key = ground
                .keys
                .get(usize::from(self.asset))
                .ok_or(Refusal::new(ErrorCode::BadLimit))?;
            read_mint(key, ground.extensions, accounts)?
        };
        let flags = self.flags
            | if mint.token_2022 {
                flags::TOKEN_2022
            } else {
                0
            };
        *out = [0; SIZE];
        write(self, flags, mint.decimals, out).ok_or(Refusal::new(ErrorCode::BadLimit))
    }
}

fn write(limit: &Limit, flags: u8, decimals: u8, out: &mut [u8; SIZE]) -> Option<()> {
    put(
        out,
        offset::ASSET,
        &[limit.asset, limit.source, flags, decimals],
    )?;
    put(out, offset::LENGTH, &limit.length.to_le_bytes())?;
    put(out, offset::TOTAL, &limit.total.to_le_bytes())?;
    put(out, offset::PER_EXECUTE, &limit.per_execute.to_le_bytes())?;
    put(out, offset::PER_PERIOD, &limit.per_period.to_le_bytes())
}

/// Reads the mint of a limit or floor among the accounts of the terms. Wrapped SOL is refused: it counts as SOL.
pub(super) fn read_mint(
    mint: &Key,
    extensions: u64,
    accounts: &impl TermsAccounts,
) -> Result<MintFacts> {
    if is_native_mint(mint) {
        return Err(Refusal::new(ErrorCode::MintRefused));
    }
    let (owner, data) = accounts
        .mint(mint)
        .ok_or(Refusal::new(ErrorCode::MintMissing))?;
    MintFacts::read(owner, data, extensions)
}
