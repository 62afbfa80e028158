//! Token accounts of SPL Token and Token-2022: what they are, whose they are, what may change in them.

use crate::accounts::Accounts;
use crate::bytes::{bytes_at, key_eq, u32_at, u64_at, u8_at, Cursor, Key};
use crate::programs::{TOKEN, TOKEN_2022};

/// Bytes of a token account without extensions.
pub const ACCOUNT_SIZE: usize = 165;
/// Bytes of a multisig, which is never a token account.
pub const MULTISIG_SIZE: usize = 355;
/// Byte 165 of an extended token account.
pub const TYPE_ACCOUNT: u8 = 2;
/// The extension whose 8 bytes an honest inflow changes: `TransferFeeAmount`, what was withheld.
const EXTENSION_TRANSFER_FEE_AMOUNT: u16 = 2;

/// How far the vault controls a token account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// Not at all.
    None,
    /// Alone: the account is clean, and its holdings are the vault's.
    Clean,
    /// In part: decreases are outflow, increases are nothing.
    DebitOnly,
}

/// A token account.
#[derive(Clone, Copy, Debug)]
pub struct TokenAccount<'a> {
    base: &'a [u8; ACCOUNT_SIZE],
}

impl<'a> TokenAccount<'a> {
    /// Reads an account of this owner program. `None` unless it is an initialised token account: owned by Token with 165
    /// bytes, or by Token-2022 with 165 bytes, or with more whose byte 165 is 2; 355 bytes are a multisig.
    #[inline(always)]
    pub fn read(owner_program: &Key, data: &'a [u8]) -> Option<Self> {
        let (base, extended) = data.split_first_chunk::<ACCOUNT_SIZE>()?;
        match extended {
            [] if !key_eq(owner_program, &TOKEN) && !key_eq(owner_program, &TOKEN_2022) => {
                return None
            }
            [] => {}
            [TYPE_ACCOUNT, ..] if data.len() != MULTISIG_SIZE => {
                if !key_eq(owner_program, &TOKEN_2022) {
                    return None;
                }
            }
            _ => return None,
        }
        matches!(u8_at::<108, ACCOUNT_SIZE>(base), 1 | 2).then_some(Self { base })
    }

    /// The same for bytes that are known to be a token account; `None` when they can't be one.
    #[inline(always)]
    pub fn known(data: &'a [u8]) -> Option<Self> {
        let base = data.first_chunk::<ACCOUNT_SIZE>()?;
        Some(Self { base })
    }

    /// The token account at an index, when it is a clean one of the vault: as the accounts know it, else as it reads.
    #[inline(always)]
    pub fn clean_at<A: Accounts>(accounts: &'a A, index: usize, vault: &Key) -> Option<Self> {
        match accounts.known_clean(index) {
            Some(true) => Self::known(accounts.data(index)),
            Some(false) => None,
            None => Self::read_clean(accounts.owner(index), accounts.data(index), vault),
        }
    }

    // A function of its own: inlined into a walk over accounts, it takes the registers away from it.
    #[inline(never)]
    fn read_clean(owner_program: &Key, data: &'a [u8], vault: &Key) -> Option<Self> {
        Self::read(owner_program, data).filter(|account| account.is_clean(vault))
    }

    /// Whether bytes, read as a token account, may give this key a say: it stands in the owner field, or there is a delegate or
    /// a close authority. `false` saves reading it.
    #[inline(always)]
    pub fn names(data: &[u8], key: &Key) -> bool {
        data.first_chunk::<ACCOUNT_SIZE>().is_some_and(|base| {
            let account = TokenAccount { base };
            key_eq(account.owner(), key)
                || account.delegate().is_some()
                || account.close_authority().is_some()
        })
    }

    /// The mint.
    #[inline(always)]
    pub fn mint(&self) -> &'a Key {
        bytes_at::<0, 32, ACCOUNT_SIZE>(self.base)
    }

    /// The owner field: the wallet.
    #[inline(always)]
    pub fn owner(&self) -> &'a Key {
        bytes_at::<32, 32, ACCOUNT_SIZE>(self.base)
    }

    /// Base units.
    #[inline(always)]
    pub fn amount(&self) -> u64 {
        u64_at::<64, ACCOUNT_SIZE>(self.base)
    }

    /// The delegate.
    #[inline(always)]
    pub fn delegate(&self) -> Option<&'a Key> {
        (u32_at::<72, ACCOUNT_SIZE>(self.base) != 0)
            .then(|| bytes_at::<76, 32, ACCOUNT_SIZE>(self.base))
    }

    /// Whether it wraps SOL: its amount is inside its lamports.
    #[inline(always)]
    pub fn native(&self) -> bool {
        u32_at::<109, ACCOUNT_SIZE>(self.base) != 0
    }

    /// What the delegate may still move.
    pub fn delegated_amount(&self) -> u64 {
        u64_at::<121, ACCOUNT_SIZE>(self.base)
    }

    /// The close authority, when it isn't the owner.
    #[inline(always)]
    pub fn close_authority(&self) -> Option<&'a Key> {
        (u32_at::<129, ACCOUNT_SIZE>(self.base) != 0)
            .then(|| bytes_at::<133, 32, ACCOUNT_SIZE>(self.base))
    }

    /// Whether the vault alone controls it: owner field = vault, no delegate, close authority none or the vault.
    #[inline(always)]
    pub fn is_clean(&self, vault: &Key) -> bool {
        key_eq(self.owner(), vault)
            && self.delegate().is_none()
            && self
                .close_authority()
                .is_none_or(|close| key_eq(close, vault))
    }

    /// How far the vault controls it.
    #[inline(always)]
    pub fn authority_of(&self, vault: &Key) -> Authority {
        if self.is_clean(vault) {
            return Authority::Clean;
        }
        let named = |key: Option<&Key>| key.is_some_and(|key| key_eq(key, vault));
        if key_eq(self.owner(), vault) || named(self.delegate()) || named(self.close_authority()) {
            Authority::DebitOnly
        } else {
            Authority::None
        }
    }
}

/// Whether nothing but the volatile fields of a token account changed: amount; delegated amount downwards, with the
/// delegate gone at zero; what Token-2022 withheld as transfer fee. `false` for bytes that are no token account.
pub fn same_but_amount(before: &[u8], after: &[u8]) -> bool {
    let (Some((b, b_extra)), Some((a, a_extra))) = (
        before.split_first_chunk::<ACCOUNT_SIZE>(),
        after.split_first_chunk::<ACCOUNT_SIZE>(),
    ) else {
        return false;
    };
    key_eq(
        bytes_at::<0, 32, ACCOUNT_SIZE>(b),
        bytes_at::<0, 32, ACCOUNT_SIZE>(a),
    ) && key_eq(
        bytes_at::<32, 32, ACCOUNT_SIZE>(b),
        bytes_at::<32, 32, ACCOUNT_SIZE>(a),
    ) && same_delegate(b, a)
        && bytes_at::<108, 13, ACCOUNT_SIZE>(b) == bytes_at::<108, 13, ACCOUNT_SIZE>(a)
        && bytes_at::<129, 36, ACCOUNT_SIZE>(b) == bytes_at::<129, 36, ACCOUNT_SIZE>(a)
        && (b_extra.is_empty() && a_extra.is_empty() || same_extensions(b_extra, a_extra))
}

/// Delegate and delegated amount, bytes 72..108 and 121..129.
#[inline(always)]
fn same_delegate(b: &[u8; ACCOUNT_SIZE], a: &[u8; ACCOUNT_SIZE]) -> bool {
    let (left_b, left_a) = (
        u64_at::<121, ACCOUNT_SIZE>(b),
        u64_at::<121, ACCOUNT_SIZE>(a),
    );
    let (tag_b, tag_a) = (u32_at::<72, ACCOUNT_SIZE>(b), u32_at::<72, ACCOUNT_SIZE>(a));
    let same_key = key_eq(
        bytes_at::<76, 32, ACCOUNT_SIZE>(b),
        bytes_at::<76, 32, ACCOUNT_SIZE>(a),
    );
    match (tag_b, tag_a) {
        (0, 0) => same_key && left_b == left_a,
        (1, 1) => same_key && left_a <= left_b,
        // The last delegated unit was spent: the tag falls, the key's bytes may stay or go.
        (1, 0) => left_a == 0,
        _ => false,
    }
}

/// Account type and extensions, from byte 165 on: equal but for what was withheld as transfer fee.
#[cold]
#[inline(never)]
fn same_extensions(before: &[u8], after: &[u8]) -> bool {
    if before == after {
        return true;
    }
    if before.len() != after.len() {
        return false;
    }
    let (mut b, mut a) = (Cursor::new(before), Cursor::new(after));
    if b.u8() != a.u8() {
        return false;
    }
    loop {
        if b.rest() == a.rest() {
            return true;
        }
        let (Some(kind_b), Some(kind_a)) = (b.u16(), a.u16()) else {
            return false;
        };
        let (Some(len_b), Some(len_a)) = (b.u16(), a.u16()) else {
            return false;
        };
        if kind_b != kind_a || len_b != len_a {
            return false;
        }
        let length = usize::from(len_b);
        let (Some(value_b), Some(value_a)) = (b.slice(length), a.slice(length)) else {
            return false;
        };
        let volatile = kind_b == EXTENSION_TRANSFER_FEE_AMOUNT && length == 8;
        if !volatile && value_b != value_a {
            return false;
        }
    }
}
