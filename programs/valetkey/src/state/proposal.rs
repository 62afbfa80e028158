use core::mem::{offset_of, size_of};

use anchor_lang::prelude::*;

/// An act of the owners that collects approvals: this header, then the payload of its kind (see `docs/layout.md`). Seeds
/// `["proposal", config, id u64]`. The act consumes it.
#[account(zero_copy)]
pub struct Proposal {
    /// Layout version, 1.
    pub version: u8,
    /// 0 grant, 1 renewal, 2 owners, 3 owners' plan, 4 recovery.
    pub kind: u8,
    /// Bump of this account.
    pub bump: u8,
    /// Bit 0 sealed: wholly written, the bytes never change again.
    pub flags: u8,
    /// Bit i: owner i of the config has approved.
    pub approvals: u16,
    /// Zero.
    pub reserved_a: [u8; 2],
    /// Chosen by the proposer.
    pub id: u64,
    /// The config whose owners it asks.
    pub config: Pubkey,
    /// Wrote it, paid the rent and gets it back.
    pub payer: Pubkey,
    /// Epoch of the config at its birth.
    pub epoch: u64,
    /// Owners revision of the config at its birth.
    pub owners_revision: u64,
    /// Unix seconds of its birth.
    pub created_at: i64,
    /// Unix seconds: no approval and no act after this second.
    pub deadline: i64,
    /// Unix seconds: time of the last needed approval + timelock, 0 before.
    pub ready_at: i64,
    /// sha256 of kind, config, id, epoch, deadline and payload, when sealed.
    pub hash: [u8; 32],
    /// Length of the payload.
    pub length: u32,
    /// Bytes of it written.
    pub written: u32,
    /// Zero.
    pub reserved_b: [u8; 24],
}

const _: () = {
    // docs/layout.md counts from the discriminator, whose 8 bytes are not part of the struct.
    assert!(
        size_of::<Proposal>() == 192 - 8,
        "size of a proposal's header: see docs/layout.md"
    );
    assert!(offset_of!(Proposal, id) == 16 - 8, "Proposal.id moved");
    assert!(
        offset_of!(Proposal, payer) == 56 - 8,
        "Proposal.payer moved"
    );
    assert!(
        offset_of!(Proposal, deadline) == 112 - 8,
        "Proposal.deadline moved"
    );
    assert!(offset_of!(Proposal, hash) == 128 - 8, "Proposal.hash moved");
    assert!(
        offset_of!(Proposal, written) == 164 - 8,
        "Proposal.written moved"
    );
};
