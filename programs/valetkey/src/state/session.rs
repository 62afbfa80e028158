use core::mem::{offset_of, size_of};

use anchor_lang::prelude::*;

/// One delegated authority: this header, then key table, limits, rule offsets and rules, which an IDL can't express (see
/// `docs/layout.md`). Seeds `["session", config, session key]`.
#[account(zero_copy)]
pub struct Session {
    /// Layout version, 1.
    pub version: u8,
    /// Bit 0 revoked, 1 unlimited uses, 2 closes, 3 position keys, 4 fee budget, 5 record.
    pub flags: u8,
    /// Number of keys in the table.
    pub key_count: u8,
    /// Number of limits.
    pub limit_count: u8,
    /// Number of rules.
    pub rule_count: u8,
    /// Bump of this account.
    pub bump: u8,
    /// Sponsor (key index), 255 none.
    pub sponsor: u8,
    /// Guardian (key index), 255 none.
    pub guardian: u8,
    /// Bump of the vault.
    pub vault_bump: u8,
    /// Zero.
    pub reserved_a: [u8; 3],
    /// One more with each renewal.
    pub revision: u32,
    /// Random number that names the grant.
    pub grant_id: u64,
    /// The vault's config.
    pub config: Pubkey,
    /// The vault.
    pub vault: Pubkey,
    /// The key that signs during the session.
    pub session_key: Pubkey,
    /// Where the rent goes back to.
    pub rent_payer: Pubkey,
    /// sha256 of the origin's text, zero when there is none.
    pub origin: [u8; 32],
    /// Epoch of the config at the grant.
    pub epoch: u64,
    /// Unix seconds: lower bound of the window, as the terms say.
    pub starts_at: i64,
    /// Unix seconds: the session is dead from here on.
    pub expires_at: i64,
    /// Unix seconds: not closable before.
    pub grant_deadline: i64,
    /// Unix seconds of the grant.
    pub created_at: i64,
    /// Executes so far.
    pub seq: u64,
    /// Highest `once` number seen.
    pub once: u64,
    /// Which of the 128 numbers below the highest were seen.
    pub once_map: [u64; 2],
    /// Uses allowed, 0 when unlimited.
    pub uses_allowed: u32,
    /// Uses spent.
    pub uses_spent: u32,
    /// Fee budget in lamports: total.
    pub fee_total: u64,
    /// Fee budget in lamports: per execute.
    pub fee_per_execute: u64,
    /// Fee budget in lamports: paid so far.
    pub fee_paid: u64,
    /// Token-2022 extensions allowed, one bit each.
    pub extensions: u64,
    /// Zero.
    pub reserved_b: [u8; 16],
}

const _: () = {
    // docs/layout.md counts from the discriminator, whose 8 bytes are not part of the struct.
    assert!(
        size_of::<Session>() == 320 - 8,
        "size of the session's header: see docs/layout.md"
    );
    assert!(
        offset_of!(Session, revision) == 20 - 8,
        "Session.revision moved"
    );
    assert!(
        offset_of!(Session, grant_id) == 24 - 8,
        "Session.grant_id moved"
    );
    assert!(
        offset_of!(Session, config) == 32 - 8,
        "Session.config moved"
    );
    assert!(
        offset_of!(Session, origin) == 160 - 8,
        "Session.origin moved"
    );
    assert!(
        offset_of!(Session, created_at) == 224 - 8,
        "Session.created_at moved"
    );
    assert!(
        offset_of!(Session, uses_allowed) == 264 - 8,
        "Session.uses_allowed moved"
    );
    assert!(
        offset_of!(Session, extensions) == 296 - 8,
        "Session.extensions moved"
    );
};
