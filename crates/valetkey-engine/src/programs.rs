//! Addresses that the engine knows: programs with a typed decoder, programs that no session may call, native mints.

use crate::bytes::{key_eq, Key};

/// The System program.
pub const SYSTEM: Key = [0; 32];
/// SPL Token.
pub const TOKEN: Key = base58(b"TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// Token-2022.
pub const TOKEN_2022: Key = base58(b"TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
/// The Associated Token Account program.
pub const ASSOCIATED_TOKEN: Key = base58(b"ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
/// The Stake program.
pub const STAKE: Key = base58(b"Stake11111111111111111111111111111111111111");
/// The loader whose programs can be upgraded; its accounts say in which slot that was.
pub const UPGRADEABLE_LOADER: Key = base58(b"BPFLoaderUpgradeab1e11111111111111111111111");
/// The mint of wrapped SOL under SPL Token.
pub const NATIVE_MINT: Key = base58(b"So11111111111111111111111111111111111111112");
/// The mint of wrapped SOL under Token-2022.
pub const NATIVE_MINT_2022: Key = base58(b"9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP");

/// Programs that no session may call, whatever its terms say (besides this program itself).
pub const RESERVED: [Key; 13] = [
    base58(b"NativeLoader1111111111111111111111111111111"),
    base58(b"BPFLoader1111111111111111111111111111111111"),
    base58(b"BPFLoader2111111111111111111111111111111111"),
    UPGRADEABLE_LOADER,
    base58(b"LoaderV411111111111111111111111111111111111"),
    base58(b"Vote111111111111111111111111111111111111111"),
    base58(b"AddressLookupTab1e1111111111111111111111111"),
    base58(b"Config1111111111111111111111111111111111111"),
    base58(b"Feature111111111111111111111111111111111111"),
    base58(b"ComputeBudget111111111111111111111111111111"),
    base58(b"Ed25519SigVerify111111111111111111111111111"),
    base58(b"KeccakSecp256k11111111111111111111111111111"),
    base58(b"Secp256r1SigVerify1111111111111111111111111"),
];

/// Which typed decoder a program has; the byte that a rule stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ProgramKind {
    /// No typed decoder.
    Other = 0,
    /// The System program.
    System = 1,
    /// SPL Token.
    Token = 2,
    /// Token-2022.
    Token2022 = 3,
    /// The Associated Token Account program.
    AssociatedToken = 4,
    /// The Stake program.
    Stake = 5,
}

impl ProgramKind {
    /// The kind of a program.
    pub fn of(program: &Key) -> Self {
        if key_eq(program, &SYSTEM) {
            Self::System
        } else if key_eq(program, &TOKEN) {
            Self::Token
        } else if key_eq(program, &TOKEN_2022) {
            Self::Token2022
        } else if key_eq(program, &ASSOCIATED_TOKEN) {
            Self::AssociatedToken
        } else if key_eq(program, &STAKE) {
            Self::Stake
        } else {
            Self::Other
        }
    }

    /// The kind that a rule's byte names.
    #[inline(always)]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Other,
            1 => Self::System,
            2 => Self::Token,
            3 => Self::Token2022,
            4 => Self::AssociatedToken,
            5 => Self::Stake,
            _ => return None,
        })
    }
}

/// Whether no session may call this program. `this_program` is our own address.
pub fn is_reserved(program: &Key, this_program: &Key) -> bool {
    key_eq(program, this_program) || RESERVED.iter().any(|reserved| key_eq(program, reserved))
}

/// Whether this mint is wrapped SOL, which counts as SOL and never as an asset of its own.
pub fn is_native_mint(mint: &Key) -> bool {
    key_eq(mint, &NATIVE_MINT) || key_eq(mint, &NATIVE_MINT_2022)
}

/// Decodes base58 while the program is compiled; a wrong address doesn't compile.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::panic,
    reason = "runs at compile time only"
)]
const fn base58(text: &[u8]) -> Key {
    const DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut key = [0u8; 32];
    let mut i = 0;
    while i < text.len() {
        let mut carry = 0usize;
        while carry < 58 && DIGITS[carry] != text[i] {
            carry += 1;
        }
        assert!(carry < 58, "not a base58 digit");
        let mut j = 32;
        while j > 0 {
            j -= 1;
            carry += key[j] as usize * 58;
            key[j] = (carry & 255) as u8;
            carry >>= 8;
        }
        assert!(carry == 0, "more than 32 bytes");
        i += 1;
    }
    key
}
