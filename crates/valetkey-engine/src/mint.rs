//! Mints: what a grant reads from the accounts of the mints that its limits and floors name.

use crate::bytes::{key_eq, u32_at, u8_at, Cursor, Key};
use crate::errors::ErrorCode;
use crate::programs::{TOKEN, TOKEN_2022};
use crate::refusal::{Refusal, Result};

/// Bytes of a mint without extensions.
pub const MINT_SIZE: usize = 82;
/// Byte 165 of an extended mint.
pub const TYPE_MINT: u8 = 1;
/// Extensions that change nothing about what a limit means: pointers and data for names and groups
/// (MetadataPointer 18, TokenMetadata 19, GroupPointer 20, TokenGroup 21, GroupMemberPointer 22, TokenGroupMember 23).
pub const HARMLESS_EXTENSIONS: u64 = 0b11_1111 << 18;
/// Extensions that a mint may have where the terms allow them by name: transfer fee 1, confidential transfers 4 and 16,
/// default account state 6, interest 10, permanent delegate 12, transfer hook 14, scaled amount 25, pausable 26.
pub const MINT_EXTENSIONS: u64 =
    1 << 1 | 1 << 4 | 1 << 6 | 1 << 10 | 1 << 12 | 1 << 14 | 1 << 16 | 1 << 25 | 1 << 26;
/// Extensions of accounts that terms may allow by name: memo required 8, CPI guard 11.
pub const ACCOUNT_EXTENSIONS: u64 = 1 << 8 | 1 << 11;
/// All that terms may allow. Never: closable mints (3), non-transferable ones (9), and whatever isn't named.
pub const OFFERED_EXTENSIONS: u64 = MINT_EXTENSIONS | ACCOUNT_EXTENSIONS;
/// The transfer hook: with it, transfers pass the hook's accounts besides.
pub const HOOK_EXTENSION: u64 = 1 << 14;

/// What a grant needs to know about a mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MintFacts {
    /// Digits after the point.
    pub decimals: u8,
    /// Whether it belongs to Token-2022.
    pub token_2022: bool,
}

impl MintFacts {
    /// Reads a mint. Refuses with `MintRefused` what isn't an initialised mint of Token or Token-2022, or has an
    /// extension beyond [`HARMLESS_EXTENSIONS`] that isn't both in `allowed`, the word of the terms, and in
    /// [`MINT_EXTENSIONS`] (`asked` = the extension's type).
    pub fn read(owner_program: &Key, data: &[u8], allowed: u64) -> Result<Self> {
        let token_2022 = key_eq(owner_program, &TOKEN_2022);
        if !token_2022 && !key_eq(owner_program, &TOKEN) {
            return Err(refused(0));
        }
        let Some((base, rest)) = data.split_first_chunk::<MINT_SIZE>() else {
            return Err(refused(0));
        };
        if u8_at::<45, MINT_SIZE>(base) != 1 || !options_are_valid(base) {
            return Err(refused(0));
        }
        if !rest.is_empty() {
            if !token_2022 || data.len() == crate::token::MULTISIG_SIZE {
                return Err(refused(0));
            }
            check_extensions(rest, HARMLESS_EXTENSIONS | (allowed & MINT_EXTENSIONS))?;
        }
        Ok(Self {
            decimals: u8_at::<44, MINT_SIZE>(base),
            token_2022,
        })
    }
}

/// The tags of mint authority and freeze authority are 0 or 1.
fn options_are_valid(base: &[u8; MINT_SIZE]) -> bool {
    u32_at::<0, MINT_SIZE>(base) <= 1 && u32_at::<46, MINT_SIZE>(base) <= 1
}

/// `rest` begins at byte 82: zeroes up to byte 165, account type, then extensions.
fn check_extensions(rest: &[u8], allowed: u64) -> Result<()> {
    let mut cursor = Cursor::new(rest);
    let padding = cursor.array::<83>().ok_or_else(|| refused(0))?;
    if padding.iter().any(|byte| *byte != 0) || cursor.u8() != Some(TYPE_MINT) {
        return Err(refused(0));
    }
    // Fewer than 4 bytes at the end are no extension.
    while cursor.rest().len() >= 4 {
        let kind = cursor.u16().ok_or_else(|| refused(0))?;
        let length = cursor.u16().ok_or_else(|| refused(0))?;
        if kind == 0 {
            return Ok(());
        }
        let known = 1u64.checked_shl(u32::from(kind)).unwrap_or(0) & allowed != 0;
        if !known || cursor.slice(usize::from(length)).is_none() {
            return Err(refused(u64::from(kind)));
        }
    }
    Ok(())
}

#[cold]
fn refused(extension: u64) -> Refusal {
    Refusal::new(ErrorCode::MintRefused).asked(extension)
}
