use core::mem::{offset_of, size_of};

use anchor_lang::prelude::*;

/// Who may act for a vault. Seeds `["vault-of", owner, index u8]` (canonical) or `["council", base]`. Never closed: its epoch would start again.
#[account(zero_copy)]
pub struct VaultConfig {
    /// Layout version, 1.
    pub version: u8,
    /// 0 canonical, 1 council.
    pub kind: u8,
    /// Index of a canonical vault among its owner's.
    pub index: u8,
    /// Bump of this account.
    pub bump: u8,
    /// Bump of the vault.
    pub vault_bump: u8,
    /// Owners that must agree.
    pub threshold: u8,
    /// Number of owners.
    pub owner_count: u8,
    /// Zero.
    pub reserved_a: u8,
    /// Delay between the last approval and the act, in seconds.
    pub timelock: u32,
    /// Zero.
    pub reserved_b: u32,
    /// Sessions of an older epoch are dead.
    pub epoch: u64,
    /// One more with each change of the owners.
    pub owners_revision: u64,
    /// The owner (canonical) or the base (council) of the seeds. Not an authority.
    pub seed_key: Pubkey,
    /// The vault, seeds `["vault", config]`.
    pub vault: Pubkey,
    /// Owners, sorted, zero beyond their number.
    pub owners: [Pubkey; 10],
    /// Zero.
    pub reserved: [u8; 64],
}

const _: () = {
    // docs/layout.md counts from the discriminator, whose 8 bytes are not part of the struct.
    assert!(
        size_of::<VaultConfig>() == 488 - 8,
        "size of VaultConfig: see docs/layout.md"
    );
    assert!(
        offset_of!(VaultConfig, timelock) == 16 - 8,
        "VaultConfig.timelock moved"
    );
    assert!(
        offset_of!(VaultConfig, epoch) == 24 - 8,
        "VaultConfig.epoch moved"
    );
    assert!(
        offset_of!(VaultConfig, seed_key) == 40 - 8,
        "VaultConfig.seed_key moved"
    );
    assert!(
        offset_of!(VaultConfig, vault) == 72 - 8,
        "VaultConfig.vault moved"
    );
    assert!(
        offset_of!(VaultConfig, owners) == 104 - 8,
        "VaultConfig.owners moved"
    );
};
