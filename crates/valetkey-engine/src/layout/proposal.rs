//! The `Proposal` account: an act of the owners that collects approvals on chain.

use crate::bytes::{bytes_at, i64_at, key_eq, put, u16_at, u32_at, u64_at, u8_at, Key};
use crate::errors::ErrorCode;
use crate::refusal::{Refusal, Result};

/// First 8 bytes: `sha256("account:Proposal")[..8]`.
pub const DISCRIMINATOR: [u8; 8] = [0x1a, 0x5e, 0xbd, 0xbb, 0x74, 0x88, 0x35, 0x21];
/// The layout version that this engine reads and writes.
pub const VERSION: u8 = 1;
/// Bytes before the payload.
pub const HEADER: usize = 192;
/// Most bytes of a payload.
pub const MAX_PAYLOAD: usize = 4_096;
/// Longest life, in seconds: 60 days.
pub const MAX_LIFETIME: i64 = 60 * 86_400;
/// Bit of the flags byte: wholly written; the bytes never change again.
pub const SEALED: u8 = 1 << 0;

/// Which act a proposal carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A session's grant.
    Grant = 0,
    /// New terms for a live session.
    Renewal = 1,
    /// Owners, threshold, timelock.
    Owners = 2,
    /// The owners' own plan.
    OwnersPlan = 3,
    /// A plan that repairs the vault.
    Recovery = 4,
}

impl Kind {
    /// The kind of a byte, if there is one.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Grant),
            1 => Some(Self::Renewal),
            2 => Some(Self::Owners),
            3 => Some(Self::OwnersPlan),
            4 => Some(Self::Recovery),
            _ => None,
        }
    }

    /// The byte in the account.
    pub const fn byte(self) -> u8 {
        self as u8
    }
}

/// Offsets in the account.
pub mod offset {
    /// Layout version.
    pub const VERSION: usize = 8;
    /// Kind.
    pub const KIND: usize = 9;
    /// Bump of the proposal.
    pub const BUMP: usize = 10;
    /// Flags.
    pub const FLAGS: usize = 11;
    /// Approvals `u16`.
    pub const APPROVALS: usize = 12;
    /// Id `u64`.
    pub const ID: usize = 16;
    /// Config.
    pub const CONFIG: usize = 24;
    /// Payer.
    pub const PAYER: usize = 56;
    /// Epoch `u64`.
    pub const EPOCH: usize = 88;
    /// Owners revision `u64`.
    pub const OWNERS_REVISION: usize = 96;
    /// Time of its birth `i64`.
    pub const CREATED_AT: usize = 104;
    /// Deadline `i64`.
    pub const DEADLINE: usize = 112;
    /// Time from which it may be enacted `i64`.
    pub const READY_AT: usize = 120;
    /// Hash.
    pub const HASH: usize = 128;
    /// Length of the payload `u32`.
    pub const LENGTH: usize = 160;
    /// Bytes of it written `u32`.
    pub const WRITTEN: usize = 164;
    /// Reserved, 24 bytes.
    pub const RESERVED: usize = 168;
}
const _: () = assert!(
    offset::RESERVED + 24 == HEADER,
    "the header's size is fixed"
);

/// A proposal whose discriminator, version, kind and lengths were checked.
#[derive(Clone, Copy, Debug)]
pub struct ProposalView<'a> {
    head: &'a [u8; HEADER],
    payload: &'a [u8],
    kind: Kind,
}

impl<'a> ProposalView<'a> {
    /// Reads a proposal. That the account is owned by this program is for the caller to check.
    /// Refuses with `NotAProposal` or `UnknownVersion`.
    pub fn open(data: &'a [u8]) -> Result<Self> {
        let Some((head, payload)) = data.split_first_chunk::<HEADER>() else {
            return Err(not_a_proposal());
        };
        if u64_at::<0, HEADER>(head) != u64::from_le_bytes(DISCRIMINATOR) {
            return Err(not_a_proposal());
        }
        if u8_at::<{ offset::VERSION }, HEADER>(head) != VERSION {
            return Err(Refusal::new(ErrorCode::UnknownVersion));
        }
        let kind = Kind::from_byte(u8_at::<{ offset::KIND }, HEADER>(head));
        let kind = kind.ok_or_else(not_a_proposal)?;
        let view = Self {
            head,
            payload,
            kind,
        };
        let (length, written) = (view.length(), view.written());
        let whole = length == payload.len() && length > 0 && length <= MAX_PAYLOAD;
        if !whole || written > length || (view.is_sealed() && written != length) {
            return Err(not_a_proposal());
        }
        Ok(view)
    }

    /// Which act it carries.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Bump of the proposal.
    pub fn bump(&self) -> u8 {
        u8_at::<{ offset::BUMP }, HEADER>(self.head)
    }

    /// Whether it is wholly written, so that its bytes never change again.
    pub fn is_sealed(&self) -> bool {
        u8_at::<{ offset::FLAGS }, HEADER>(self.head) & SEALED != 0
    }

    /// Bit i: owner i of the config has approved.
    pub fn approvals(&self) -> u16 {
        u16_at::<{ offset::APPROVALS }, HEADER>(self.head)
    }

    /// The number in its seeds.
    pub fn id(&self) -> u64 {
        u64_at::<{ offset::ID }, HEADER>(self.head)
    }

    /// The config whose owners it asks.
    pub fn config(&self) -> &'a Key {
        bytes_at::<{ offset::CONFIG }, 32, HEADER>(self.head)
    }

    /// Who wrote it, paid the rent and gets it back.
    pub fn payer(&self) -> &'a Key {
        bytes_at::<{ offset::PAYER }, 32, HEADER>(self.head)
    }

    /// The epoch that it was made for.
    pub fn epoch(&self) -> u64 {
        u64_at::<{ offset::EPOCH }, HEADER>(self.head)
    }

    /// The owners revision that it was made for.
    pub fn owners_revision(&self) -> u64 {
        u64_at::<{ offset::OWNERS_REVISION }, HEADER>(self.head)
    }

    /// Unix seconds of its birth.
    pub fn created_at(&self) -> i64 {
        i64_at::<{ offset::CREATED_AT }, HEADER>(self.head)
    }

    /// Unix seconds: no approval and no act after this second.
    pub fn deadline(&self) -> i64 {
        i64_at::<{ offset::DEADLINE }, HEADER>(self.head)
    }

    /// Unix seconds: no act before; 0 as long as approvals are missing.
    pub fn ready_at(&self) -> i64 {
        i64_at::<{ offset::READY_AT }, HEADER>(self.head)
    }

    /// The hash that approvals name; zero before it is sealed.
    pub fn hash(&self) -> &'a Key {
        bytes_at::<{ offset::HASH }, 32, HEADER>(self.head)
    }

    /// Bytes of the whole payload.
    pub fn length(&self) -> usize {
        size_of(u32_at::<{ offset::LENGTH }, HEADER>(self.head))
    }

    /// Bytes of the payload that were written.
    pub fn written(&self) -> usize {
        size_of(u32_at::<{ offset::WRITTEN }, HEADER>(self.head))
    }

    /// The payload; what wasn't written yet is zero.
    pub const fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// What is hashed, one after the other: kind, config, id, epoch, deadline, payload.
    pub fn hash_parts(&self) -> [&'a [u8]; 6] {
        [
            bytes_at::<{ offset::KIND }, 1, HEADER>(self.head),
            self.config(),
            bytes_at::<{ offset::ID }, 8, HEADER>(self.head),
            bytes_at::<{ offset::EPOCH }, 8, HEADER>(self.head),
            bytes_at::<{ offset::DEADLINE }, 8, HEADER>(self.head),
            self.payload,
        ]
    }
}

/// What a new proposal says about itself.
#[derive(Clone, Copy, Debug)]
pub struct NewProposal<'a> {
    /// Which act.
    pub kind: Kind,
    /// Bump of its address.
    pub bump: u8,
    /// The number in its seeds.
    pub id: u64,
    /// The config whose owners it asks.
    pub config: &'a Key,
    /// Who pays.
    pub payer: &'a Key,
    /// Epoch of the config.
    pub epoch: u64,
    /// Owners revision of the config.
    pub owners_revision: u64,
    /// Unix seconds now.
    pub created_at: i64,
    /// Unix seconds.
    pub deadline: i64,
}

/// Bytes of the account for a payload of `length` bytes. Refuses with `ProposalMalformed` (nothing to carry) or
/// `ProposalTooLarge`.
pub fn proposal_size(length: u32) -> Result<usize> {
    let length = size_of(length);
    if length == 0 {
        return Err(Refusal::new(ErrorCode::ProposalMalformed));
    }
    if length > MAX_PAYLOAD {
        return Err(Refusal::new(ErrorCode::ProposalTooLarge)
            .asked(length as u64)
            .left(MAX_PAYLOAD as u64));
    }
    Ok(HEADER.saturating_add(length))
}

/// Writes a new proposal without any byte of its payload. `out` must be as many zeroed bytes as [`proposal_size`] says,
/// otherwise `NotAProposal`.
pub fn write_proposal(out: &mut [u8], new: &NewProposal) -> Result<()> {
    let length = out.len().checked_sub(HEADER).filter(|length| *length > 0);
    let length = length.filter(|length| *length <= MAX_PAYLOAD);
    let length = length.and_then(|length| u32::try_from(length).ok());
    let Some(length) = length.filter(|_| out.iter().all(|byte| *byte == 0)) else {
        return Err(not_a_proposal());
    };
    write_head(out, new, length).ok_or_else(not_a_proposal)
}

fn write_head(out: &mut [u8], new: &NewProposal, length: u32) -> Option<()> {
    put(out, 0, &DISCRIMINATOR)?;
    let head = [VERSION, new.kind.byte(), new.bump, 0];
    put(out, offset::VERSION, &head)?;
    put(out, offset::ID, &new.id.to_le_bytes())?;
    put(out, offset::CONFIG, new.config)?;
    put(out, offset::PAYER, new.payer)?;
    put(out, offset::EPOCH, &new.epoch.to_le_bytes())?;
    let revision = new.owners_revision.to_le_bytes();
    put(out, offset::OWNERS_REVISION, &revision)?;
    put(out, offset::CREATED_AT, &new.created_at.to_le_bytes())?;
    put(out, offset::DEADLINE, &new.deadline.to_le_bytes())?;
    put(out, offset::LENGTH, &length.to_le_bytes())
}

/// Writes the next bytes of the payload; returns whether it is whole now and waits for its [`seal`]. Refuses with
/// `ProposalMalformed` when `offset` isn't what was written so far, and when the bytes are none or too many.
pub fn append(data: &mut [u8], offset: u32, bytes: &[u8]) -> Result<bool> {
    let view = ProposalView::open(data)?;
    let (at, length) = (size_of(offset), view.length());
    let misplaced = || Refusal::new(ErrorCode::ProposalMalformed).offset(at);
    if at != view.written() || bytes.is_empty() || view.is_sealed() {
        return Err(misplaced());
    }
    let end = at.checked_add(bytes.len()).filter(|end| *end <= length);
    let end = end.ok_or_else(misplaced)?;
    let written = u32::try_from(end).map_err(|_| misplaced())?;
    let payload = data.get_mut(HEADER..).unwrap_or_default();
    let place = payload.get_mut(at..end).ok_or_else(misplaced)?;
    place.copy_from_slice(bytes);
    put(data, offset::WRITTEN, &written.to_le_bytes()).ok_or_else(not_a_proposal)?;
    Ok(end == length)
}

/// Seals a whole proposal under its hash, the sha256 of [`ProposalView::hash_parts`]. Refuses with `ProposalIncomplete`.
pub fn seal(data: &mut [u8], hash: &Key) -> Result<()> {
    let view = ProposalView::open(data)?;
    if view.written() != view.length() || view.is_sealed() {
        return Err(Refusal::new(ErrorCode::ProposalIncomplete));
    }
    put(data, offset::FLAGS, &[SEALED])
        .and_then(|()| put(data, offset::HASH, hash))
        .ok_or_else(not_a_proposal)
}

/// Writes approvals and, when they are enough, the time from which the act may run.
pub(crate) fn set_approvals(data: &mut [u8], approvals: u16, ready_at: i64) -> Result<()> {
    put(data, offset::APPROVALS, &approvals.to_le_bytes())
        .and_then(|()| put(data, offset::READY_AT, &ready_at.to_le_bytes()))
        .ok_or_else(not_a_proposal)
}

/// Marks a proposal as consumed, before its act begins: no instruction takes it for a proposal any more. Only the
/// discriminator changes, so that a plan in it can still be read. Refuses with `NotAProposal`.
pub fn mark_consumed(data: &mut [u8]) -> Result<()> {
    put(data, 0, &[0; 8]).ok_or_else(not_a_proposal)
}

/// Whether this is a proposal of that config. Refuses with `WrongConfig`.
pub fn check_config(view: &ProposalView, config: &Key) -> Result<()> {
    if key_eq(view.config(), config) {
        Ok(())
    } else {
        Err(Refusal::new(ErrorCode::WrongConfig))
    }
}

fn size_of(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

#[cold]
#[inline(never)]
fn not_a_proposal() -> Refusal {
    Refusal::new(ErrorCode::NotAProposal)
}
