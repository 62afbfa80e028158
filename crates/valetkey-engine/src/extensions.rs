//! Extensions of Token-2022 accounts: which ones a watched account may carry.

use crate::bytes::Cursor;
use crate::errors::ErrorCode;
use crate::refusal::{Refusal, Result};

/// Extensions that an account gets because of its mint, which a limit's grant has judged, or that only bind its owner:
/// what is withheld as transfer fee 2, immutable owner 7, non-transferable 13, transfer hook 15, withheld confidential fees 17,
/// pausable 27.
pub const OF_THE_MINT: u64 = 1 << 2 | 1 << 7 | 1 << 13 | 1 << 15 | 1 << 17 | 1 << 27;

/// Extensions that the account's owner chose, each with the bit of the terms that allows it.
const OF_THE_OWNER: [(u16, u64); 3] = [
    // Confidential transfers: their mint's bit.
    (5, 1 << 4),
    // Memo required.
    (8, 1 << 8),
    // CPI guard.
    (11, 1 << 11),
];

/// Checks the extensions of a token account; `tail` is what follows its 165 bytes (account type first). Refuses with
/// `ExtensionRefused`, `asked` = the extension's type, what the terms' word `allowed` doesn't name.
pub fn check_account_extensions(tail: &[u8], allowed: u64) -> Result<()> {
    let mut cursor = Cursor::new(tail);
    if cursor.u8().is_none() {
        return Ok(());
    }
    // Fewer than 4 bytes at the end are no extension.
    while cursor.rest().len() >= 4 {
        let (Some(kind), Some(length)) = (cursor.u16(), cursor.u16()) else {
            return Ok(());
        };
        if kind == 0 {
            return Ok(());
        }
        if !may_stand(kind, allowed) || cursor.slice(usize::from(length)).is_none() {
            return Err(refused(kind));
        }
    }
    Ok(())
}

/// Whether an account may carry an extension of this type.
fn may_stand(kind: u16, allowed: u64) -> bool {
    let bit = 1_u64.checked_shl(u32::from(kind)).unwrap_or(0);
    let chosen = |(known, needed): &(u16, u64)| *known == kind && allowed & needed != 0;
    OF_THE_MINT & bit != 0 || OF_THE_OWNER.iter().any(chosen)
}

#[cold]
#[inline(never)]
fn refused(kind: u16) -> Refusal {
    Refusal::new(ErrorCode::ExtensionRefused).asked(u64::from(kind))
}
