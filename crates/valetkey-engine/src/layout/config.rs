//! The `VaultConfig` account.

use crate::bytes::{bytes_at, put, u32_at, u64_at, u8_at, Key};
use crate::errors::ErrorCode;
use crate::owners::Owners;
use crate::refusal::{Refusal, Result};

/// First 8 bytes: `sha256("account:VaultConfig")[..8]`.
pub const DISCRIMINATOR: [u8; 8] = [0x63, 0x56, 0x2b, 0xd8, 0xb8, 0x66, 0x77, 0x4d];
/// The layout version that this engine reads and writes.
pub const VERSION: u8 = 1;
/// Bytes of the account.
pub const SIZE: usize = 488;
/// Most owners.
pub const MAX_OWNERS: usize = 10;
/// The kind byte of a canonical vault.
pub const KIND_CANONICAL: u8 = 0;
/// The kind byte of a council.
pub const KIND_COUNCIL: u8 = 1;

/// Offsets in the account.
pub mod offset {
    /// Layout version.
    pub const VERSION: usize = 8;
    /// Kind.
    pub const KIND: usize = 9;
    /// Index.
    pub const INDEX: usize = 10;
    /// Bump of the config.
    pub const BUMP: usize = 11;
    /// Bump of the vault.
    pub const VAULT_BUMP: usize = 12;
    /// Threshold.
    pub const THRESHOLD: usize = 13;
    /// Number of owners.
    pub const OWNERS_LEN: usize = 14;
    /// Timelock, seconds `u32`.
    pub const TIMELOCK: usize = 16;
    /// Epoch `u64`.
    pub const EPOCH: usize = 24;
    /// Owners revision `u64`.
    pub const OWNERS_REVISION: usize = 32;
    /// Seed key.
    pub const SEED_KEY: usize = 40;
    /// Vault.
    pub const VAULT: usize = 72;
    /// Owners.
    pub const OWNERS: usize = 104;
    /// Reserved, 64 bytes.
    pub const RESERVED: usize = 424;
}
const _: () = assert!(
    offset::OWNERS + super::config::MAX_OWNERS * 32 == offset::RESERVED,
    "owners would overlap"
);
const _: () = assert!(offset::RESERVED + 64 == SIZE, "the size is fixed");

/// A vault config whose discriminator, version, length and number of owners were checked.
#[derive(Clone, Copy, Debug)]
pub struct ConfigView<'a>(&'a [u8; SIZE]);

impl<'a> ConfigView<'a> {
    /// Reads a vault config. That the account is owned by this program is for the caller to check.
    /// Refuses with `NotAVaultConfig` or `UnknownVersion`.
    #[inline(always)]
    pub fn open(data: &'a [u8]) -> Result<Self> {
        let Some(bytes) = data.first_chunk::<SIZE>().filter(|_| data.len() == SIZE) else {
            return Err(not_a_config());
        };
        if u64_at::<0, SIZE>(bytes) != u64::from_le_bytes(DISCRIMINATOR) {
            return Err(not_a_config());
        }
        if u8_at::<{ offset::VERSION }, SIZE>(bytes) != VERSION {
            return Err(Refusal::new(ErrorCode::UnknownVersion));
        }
        let view = Self(bytes);
        let owners = usize::from(u8_at::<{ offset::OWNERS_LEN }, SIZE>(bytes));
        if owners == 0 || owners > MAX_OWNERS || view.kind() > KIND_COUNCIL {
            return Err(not_a_config());
        }
        Ok(view)
    }

    /// 0 canonical, 1 council.
    pub fn kind(&self) -> u8 {
        u8_at::<{ offset::KIND }, SIZE>(self.0)
    }

    /// Index of a canonical vault.
    pub fn index(&self) -> u8 {
        u8_at::<{ offset::INDEX }, SIZE>(self.0)
    }

    /// Bump of the config.
    pub fn bump(&self) -> u8 {
        u8_at::<{ offset::BUMP }, SIZE>(self.0)
    }

    /// Bump of the vault.
    #[inline(always)]
    pub fn vault_bump(&self) -> u8 {
        u8_at::<{ offset::VAULT_BUMP }, SIZE>(self.0)
    }

    /// How many owners must sign.
    pub fn threshold(&self) -> u8 {
        u8_at::<{ offset::THRESHOLD }, SIZE>(self.0)
    }

    /// Seconds between the last approval of a proposal and its act.
    pub fn timelock(&self) -> u32 {
        u32_at::<{ offset::TIMELOCK }, SIZE>(self.0)
    }

    /// What `revoke_all` and a change of owners move.
    #[inline(always)]
    pub fn epoch(&self) -> u64 {
        u64_at::<{ offset::EPOCH }, SIZE>(self.0)
    }

    /// What only a change of owners moves.
    pub fn owners_revision(&self) -> u64 {
        u64_at::<{ offset::OWNERS_REVISION }, SIZE>(self.0)
    }

    /// The owner of a canonical vault, the base of a council.
    pub fn seed_key(&self) -> &'a Key {
        bytes_at::<{ offset::SEED_KEY }, 32, SIZE>(self.0)
    }

    /// The vault.
    #[inline(always)]
    pub fn vault(&self) -> &'a Key {
        bytes_at::<{ offset::VAULT }, 32, SIZE>(self.0)
    }

    /// The owners, sorted.
    pub fn owners(&self) -> &'a [Key] {
        let (all, _) = bytes_at::<{ offset::OWNERS }, 320, SIZE>(self.0).as_chunks::<32>();
        let len = usize::from(u8_at::<{ offset::OWNERS_LEN }, SIZE>(self.0));
        all.get(..len).unwrap_or(&[])
    }

    /// Whether this key is an owner.
    pub fn is_owner(&self, key: &Key) -> bool {
        self.owners().iter().any(|owner| crate::key_eq(owner, key))
    }
}

/// Writes a new canonical config: owners = \[owner\], threshold 1, no timelock, epoch and owners revision 1.
/// `out` must be 488 zeroed bytes, otherwise `NotAVaultConfig`.
pub fn write_canonical_config(
    out: &mut [u8],
    owner: &Key,
    index: u8,
    config_bump: u8,
    vault_bump: u8,
    vault: &Key,
) -> Result<()> {
    let seat = [KIND_CANONICAL, index, config_bump, vault_bump];
    let owners = Owners {
        threshold: 1,
        timelock: 0,
        keys: core::slice::from_ref(owner),
    };
    write_new(out, seat, owner, vault, &owners)
}

/// Writes a new council's config, epoch and owners revision 1. `out` must be 488 zeroed bytes, otherwise `NotAVaultConfig`;
/// the owners are those that [`Owners::check`] found good.
pub fn write_council_config(
    out: &mut [u8],
    base: &Key,
    config_bump: u8,
    vault_bump: u8,
    vault: &Key,
    owners: &Owners,
) -> Result<()> {
    let seat = [KIND_COUNCIL, 0, config_bump, vault_bump];
    write_new(out, seat, base, vault, owners)
}

fn write_new(
    out: &mut [u8],
    seat: [u8; 4],
    seed_key: &Key,
    vault: &Key,
    owners: &Owners,
) -> Result<()> {
    if out.len() != SIZE || out.iter().any(|byte| *byte != 0) {
        return Err(not_a_config());
    }
    put(out, 0, &DISCRIMINATOR)
        .and_then(|()| put(out, offset::VERSION, &[VERSION]))
        .and_then(|()| put(out, offset::KIND, &seat))
        .and_then(|()| put(out, offset::EPOCH, &1u64.to_le_bytes()))
        .and_then(|()| put(out, offset::OWNERS_REVISION, &1u64.to_le_bytes()))
        .and_then(|()| put(out, offset::SEED_KEY, seed_key))
        .and_then(|()| put(out, offset::VAULT, vault))
        .and_then(|()| put_owners(out, owners))
        .ok_or_else(not_a_config)
}

/// Writes owners, threshold and timelock; what is beyond their number becomes zero.
fn put_owners(out: &mut [u8], owners: &Owners) -> Option<()> {
    let count = u8::try_from(owners.keys.len()).ok()?;
    put(out, offset::THRESHOLD, &[owners.threshold, count])?;
    put(out, offset::TIMELOCK, &owners.timelock.to_le_bytes())?;
    let slots = out.get_mut(offset::OWNERS..offset::RESERVED)?;
    slots.fill(0);
    let (slots, _) = slots.as_chunks_mut::<32>();
    let slots = slots.get_mut(..owners.keys.len())?;
    slots.copy_from_slice(owners.keys);
    Some(())
}

/// Changes the owners, who are those that [`Owners::check`] found good, and raises epoch and owners revision by one. Returns
/// the new epoch. Refuses with `NotAVaultConfig`, or `ArithmeticOverflow` after 2^64 - 1.
pub fn set_owners(data: &mut [u8], owners: &Owners) -> Result<u64> {
    let revision = next(ConfigView::open(data)?.owners_revision())?;
    let epoch = bump_epoch(data)?;
    put_owners(data, owners)
        .and_then(|()| put(data, offset::OWNERS_REVISION, &revision.to_le_bytes()))
        .ok_or_else(not_a_config)?;
    Ok(epoch)
}

fn next(number: u64) -> Result<u64> {
    number
        .checked_add(1)
        .ok_or(Refusal::new(ErrorCode::ArithmeticOverflow))
}

/// Raises the epoch by one: every session, text and proposal of the vault is dead. Returns the new epoch.
/// Refuses with `NotAVaultConfig`, or `ArithmeticOverflow` after 2^64 - 1.
pub fn bump_epoch(data: &mut [u8]) -> Result<u64> {
    let epoch = next(ConfigView::open(data)?.epoch())?;
    put(data, offset::EPOCH, &epoch.to_le_bytes()).ok_or_else(not_a_config)?;
    Ok(epoch)
}

#[cold]
#[inline(never)]
fn not_a_config() -> Refusal {
    Refusal::new(ErrorCode::NotAVaultConfig)
}
