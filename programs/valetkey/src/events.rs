//! What indexers may listen to. State is the truth; a truncated log loses an event, never a fact.

use anchor_lang::{prelude::*, Discriminator};
use valetkey_engine::Key;

use crate::runtime::log_data;

/// A vault config was opened.
#[event]
pub struct VaultCreated {
    pub config: Pubkey,
    pub vault: Pubkey,
    pub owner: Pubkey,
    pub index: u8,
}

/// A session was granted.
#[event]
pub struct SessionGranted {
    pub session: Pubkey,
    pub config: Pubkey,
    pub session_key: Pubkey,
    pub grant_id: u64,
    pub expires_at: i64,
}

/// An `execute` ran; `seq` counts them without gaps, `once` is 0 when the call had none.
#[event]
pub struct SessionUsed {
    pub session: Pubkey,
    pub grant_id: u64,
    pub seq: u64,
    pub once: u64,
}

/// A live session got new terms.
#[event]
pub struct SessionRenewed {
    pub session: Pubkey,
    pub config: Pubkey,
    pub revision: u32,
    pub expires_at: i64,
}

/// A session was revoked, or a record that keeps a text from landing was written.
#[event]
pub struct SessionRevoked {
    pub session: Pubkey,
    pub authority: Pubkey,
}

/// The epoch was raised: every session and text of the vault is dead.
#[event]
pub struct AllRevoked {
    pub config: Pubkey,
    pub epoch: u64,
}

/// A dead session was closed, its rent returned.
#[event]
pub struct SessionClosed {
    pub session: Pubkey,
    pub rent_payer: Pubkey,
    pub lamports: u64,
}

/// The owners ran a plan of their own.
#[event]
pub struct OwnerExecuted {
    pub config: Pubkey,
    pub inner_instructions: u8,
}

/// A council was opened.
#[event]
pub struct CouncilCreated {
    pub config: Pubkey,
    pub vault: Pubkey,
    pub base: Pubkey,
    pub threshold: u8,
    pub owners: u8,
}

/// Owners, threshold and timelock were set; `owners` is their number, `epoch` the new one.
#[event]
pub struct OwnersSet {
    pub config: Pubkey,
    pub epoch: u64,
    pub threshold: u8,
    pub timelock: u32,
    pub owners: u8,
}

/// A proposal was opened; it may not be wholly written yet.
#[event]
pub struct Proposed {
    pub proposal: Pubkey,
    pub config: Pubkey,
    pub kind: u8,
    pub id: u64,
}

/// An owner approved; `ready_at` is 0 as long as approvals are missing.
#[event]
pub struct ProposalApproved {
    pub proposal: Pubkey,
    pub owner: Pubkey,
    pub approvals: u8,
    pub ready_at: i64,
}

/// A proposal was cancelled, its rent returned.
#[event]
pub struct ProposalCancelled {
    pub proposal: Pubkey,
    pub authority: Pubkey,
}

/// The act of a proposal ran, and consumed it.
#[event]
pub struct ProposalEnacted {
    pub proposal: Pubkey,
    pub config: Pubkey,
}

/// A game's program counted a use of a native rule; `argument` is what it added to the rule's cap.
#[event]
pub struct SessionConsumed {
    pub session: Pubkey,
    pub grant_id: u64,
    pub rule: u8,
    pub argument: u64,
}

/// Logs [`SessionUsed`] without allocating.
pub fn log_session_used(session: &Key, grant_id: u64, seq: u64, once: u64) {
    let mut event = [0; 64];
    let parts: [&[u8]; 5] = [
        SessionUsed::DISCRIMINATOR,
        session,
        &grant_id.to_le_bytes(),
        &seq.to_le_bytes(),
        &once.to_le_bytes(),
    ];
    log_parts(&mut event, &parts);
}

/// Logs [`SessionGranted`] without allocating.
pub fn log_session_granted(
    session: &Key,
    config: &Key,
    session_key: &Key,
    grant_id: u64,
    expires_at: i64,
) {
    let parts: [&[u8]; 6] = [
        SessionGranted::DISCRIMINATOR,
        session,
        config,
        session_key,
        &grant_id.to_le_bytes(),
        &expires_at.to_le_bytes(),
    ];
    log_parts(&mut [0; 120], &parts);
}

/// Logs [`SessionRenewed`] without allocating.
pub fn log_session_renewed(session: &Key, config: &Key, revision: u32, expires_at: i64) {
    let parts: [&[u8]; 5] = [
        SessionRenewed::DISCRIMINATOR,
        session,
        config,
        &revision.to_le_bytes(),
        &expires_at.to_le_bytes(),
    ];
    log_parts(&mut [0; 84], &parts);
}

/// Logs [`SessionRevoked`] without allocating.
pub fn log_session_revoked(session: &Key, authority: &Key) {
    log_parts(
        &mut [0; 72],
        &[SessionRevoked::DISCRIMINATOR, session, authority],
    );
}

/// Logs [`OwnerExecuted`] without allocating.
pub fn log_owner_executed(config: &Key, inner_instructions: u8) {
    log_parts(
        &mut [0; 41],
        &[OwnerExecuted::DISCRIMINATOR, config, &[inner_instructions]],
    );
}

/// Logs [`ProposalEnacted`] without allocating.
pub fn log_proposal_enacted(proposal: &Key, config: &Key) {
    log_parts(
        &mut [0; 72],
        &[ProposalEnacted::DISCRIMINATOR, proposal, config],
    );
}

/// Logs [`SessionConsumed`] without allocating.
pub fn log_session_consumed(session: &Key, grant_id: u64, rule: u8, argument: u64) {
    let parts: [&[u8]; 5] = [
        SessionConsumed::DISCRIMINATOR,
        session,
        &grant_id.to_le_bytes(),
        &[rule],
        &argument.to_le_bytes(),
    ];
    log_parts(&mut [0; 57], &parts);
}

/// Logs the parts, joined in `event`, which is exactly as long as they are together.
fn log_parts(event: &mut [u8], parts: &[&[u8]]) {
    let mut rest = &mut *event;
    for part in parts {
        let Some((place, after)) = rest.split_at_mut_checked(part.len()) else {
            return;
        };
        place.copy_from_slice(part);
        rest = after;
    }
    log_data(event);
}
