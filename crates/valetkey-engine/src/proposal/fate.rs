//! Dead, settled, ready.

use crate::bytes::Key;
use crate::errors::ErrorCode;
use crate::layout::proposal::{check_config, Kind, MAX_LIFETIME};
use crate::layout::{ConfigView, ProposalView};
use crate::refusal::{Refusal, Result};

/// Checks the deadline of a new proposal: `now < deadline <= now + 60 days`. Refuses with `DeadlineTooFar`.
pub fn new_deadline(now: i64, deadline: i64) -> Result<()> {
    let last = now.saturating_add(MAX_LIFETIME);
    if now < deadline && deadline <= last {
        Ok(())
    } else {
        Err(Refusal::new(ErrorCode::DeadlineTooFar)
            .asked(seconds(deadline))
            .left(seconds(last)))
    }
}

/// Whether a change of owners is settled: all owners but one, and more than the threshold, have approved it, and the
/// owners are still those whom it asked. Then nobody cancels it, and a raised epoch doesn't stop it.
pub fn is_settled(proposal: &ProposalView, config: &ConfigView) -> bool {
    let approvals = proposal.approvals().count_ones();
    let owners = u32::try_from(config.owners().len()).unwrap_or(u32::MAX);
    proposal.kind() == Kind::Owners
        && proposal.is_sealed()
        && proposal.owners_revision() == config.owners_revision()
        && approvals >= owners.saturating_sub(1)
        && approvals > u32::from(config.threshold())
}

/// Whether the proposal is dead: its deadline has passed, its epoch is not the config's (unless it is settled), or, for
/// a change of owners, the owners have changed since. Dead never lives again.
pub fn is_dead(proposal: &ProposalView, config: &ConfigView, now: i64) -> bool {
    now > proposal.deadline()
        || (proposal.epoch() != config.epoch() && !is_settled(proposal, config))
        || (proposal.kind() == Kind::Owners
            && proposal.owners_revision() != config.owners_revision())
}

/// Checks that the proposal is one of this config and not dead. Refuses with `WrongConfig` or `ProposalExpired` (`asked` =
/// now, `left` = the deadline).
pub fn check_open(
    proposal: &ProposalView,
    config_key: &Key,
    config: &ConfigView,
    now: i64,
) -> Result<()> {
    check_config(proposal, config_key)?;
    if is_dead(proposal, config, now) {
        return Err(Refusal::new(ErrorCode::ProposalExpired)
            .asked(seconds(now))
            .left(seconds(proposal.deadline())));
    }
    Ok(())
}

/// Checks that the act may run now: a sealed proposal of this config and kind, not dead, approved by enough owners, and
/// `ready_at <= now <= deadline`. Refuses with `WrongConfig`, `WrongProposalKind`, `ProposalIncomplete`, `ProposalExpired` or
/// `ProposalNotReady` (`asked` and `left`: the threshold and the approvals, or `ready_at` and now).
pub fn check_enactable(
    proposal: &ProposalView,
    config_key: &Key,
    config: &ConfigView,
    kind: Kind,
    now: i64,
) -> Result<()> {
    check_config(proposal, config_key)?;
    if proposal.kind() != kind {
        return Err(Refusal::new(ErrorCode::WrongProposalKind)
            .asked(kind.byte().into())
            .left(proposal.kind().byte().into()));
    }
    if !proposal.is_sealed() {
        return Err(Refusal::new(ErrorCode::ProposalIncomplete));
    }
    check_open(proposal, config_key, config, now)?;
    let approvals = proposal.approvals().count_ones();
    let needed = u32::from(config.threshold());
    if approvals < needed || needed == 0 {
        return Err(not_ready(needed.into(), approvals.into()));
    }
    if proposal.ready_at() == 0 || now < proposal.ready_at() {
        return Err(not_ready(seconds(proposal.ready_at()), seconds(now)));
    }
    Ok(())
}

/// Checks that `authority`, who signed, may cancel: anyone once it is dead, nobody while it is settled, any one owner, and the
/// payer while nobody has approved. Refuses with `WrongConfig`, `ProposalSettled` or `NotAuthorized`.
pub fn check_cancel(
    proposal: &ProposalView,
    config_key: &Key,
    config: &ConfigView,
    authority: &Key,
    now: i64,
) -> Result<()> {
    check_config(proposal, config_key)?;
    if is_dead(proposal, config, now) {
        return Ok(());
    }
    let is_unapproved_payer = proposal.approvals() == 0 && proposal.payer() == authority;
    if !config.is_owner(authority) && !is_unapproved_payer {
        return Err(Refusal::new(ErrorCode::NotAuthorized));
    }
    if is_settled(proposal, config) {
        return Err(Refusal::new(ErrorCode::ProposalSettled));
    }
    Ok(())
}

fn seconds(time: i64) -> u64 {
    u64::try_from(time).unwrap_or(0)
}

#[cold]
#[inline(never)]
fn not_ready(asked: u64, left: u64) -> Refusal {
    Refusal::new(ErrorCode::ProposalNotReady)
        .asked(asked)
        .left(left)
}
