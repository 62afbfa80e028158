//! Approving a proposal.

use super::fate::check_open;
use crate::bytes::{key_eq, Key};
use crate::errors::ErrorCode;
use crate::layout::proposal::{check_config, set_approvals};
use crate::layout::{ConfigView, ProposalView};
use crate::refusal::{Refusal, Result};

/// What an approval led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approved {
    /// How many owners have approved.
    pub approvals: u8,
    /// Unix seconds from which the act may run; 0 as long as approvals are missing.
    pub ready_at: i64,
}

/// Counts the approval of `owner`, who signed for the content of this `hash`. The approval that makes them enough sets
/// `ready_at`; later ones leave it. Refuses with `WrongConfig`, `ProposalIncomplete`, `ProposalExpired`, `NotAnOwner`,
/// `ProposalHashMismatch` or `AlreadyApproved`.
pub fn approve(
    data: &mut [u8],
    config_key: &Key,
    config: &ConfigView,
    owner: &Key,
    hash: &Key,
    now: i64,
) -> Result<Approved> {
    let proposal = ProposalView::open(data)?;
    check_config(&proposal, config_key)?;
    if !proposal.is_sealed() {
        return Err(Refusal::new(ErrorCode::ProposalIncomplete));
    }
    check_open(&proposal, config_key, config, now)?;
    let position = config.owners().iter().position(|one| key_eq(one, owner));
    let bit = position
        .and_then(|position| u32::try_from(position).ok())
        .and_then(|shift| 1_u16.checked_shl(shift))
        .ok_or_else(|| Refusal::new(ErrorCode::NotAnOwner))?;
    if !key_eq(proposal.hash(), hash) {
        return Err(Refusal::new(ErrorCode::ProposalHashMismatch));
    }
    if proposal.approvals() & bit != 0 {
        return Err(Refusal::new(ErrorCode::AlreadyApproved));
    }
    let approvals = proposal.approvals() | bit;
    let count = approvals.count_ones();
    let ready_at = match proposal.ready_at() {
        0 if count >= u32::from(config.threshold()) => {
            now.saturating_add(i64::from(config.timelock()))
        }
        before => before,
    };
    set_approvals(data, approvals, ready_at)?;
    Ok(Approved {
        approvals: u8::try_from(count).unwrap_or(u8::MAX),
        ready_at,
    })
}
