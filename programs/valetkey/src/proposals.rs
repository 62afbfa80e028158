//! Writing a proposal; what every act that comes by proposal asks of it, and how the act consumes it.
//!
//! A raw handler and an Anchor handler do the same: [`open_enactment`] before anything else, then the act, then
//! [`consume_proposal`] or [`consume_proposal_view`].

use anchor_lang::prelude::*;
use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::{
        proposal::{append, seal, Kind},
        ConfigView, ProposalView,
    },
    proposal::{check_enactable, check_payload},
    refusal::{Refusal, Result as Checked},
    Key,
};

use crate::{
    events::{log_proposal_enacted, ProposalEnacted},
    runtime::sha256,
    views::key,
};

/// A proposal and its payer as they were passed, however they were read.
pub struct PassedProposal<'a> {
    /// The program that owns the proposal's account.
    pub owner: &'a Key,
    /// The data of the proposal's account.
    pub data: &'a [u8],
    /// The address passed as the proposal's payer.
    pub payer: &'a Key,
}

/// Reads a proposal that may be enacted now as `kind` for the vault of `config`.
///
/// # Errors
/// `NotAProposal`, `UnknownVersion`, `WrongProposalPayer`, and those of [`check_enactable`].
pub fn open_enactment<'a>(
    passed: &PassedProposal<'a>,
    config_key: &Key,
    config: &ConfigView,
    kind: Kind,
    now: i64,
) -> Checked<ProposalView<'a>> {
    let proposal = open_proposal(passed.owner, passed.data)?;
    check_enactable(&proposal, config_key, config, kind, now)?;
    check_payer(&proposal, passed.payer)?;
    Ok(proposal)
}

/// Reads a proposal of this program.
///
/// # Errors
/// `NotAProposal` or `UnknownVersion`.
pub fn open_proposal<'a>(owner: &Key, data: &'a [u8]) -> Checked<ProposalView<'a>> {
    if !key_eq(owner, crate::ID.as_array()) {
        return Err(Refusal::new(ErrorCode::NotAProposal));
    }
    ProposalView::open(data)
}

/// The rent goes back to whoever paid it.
///
/// # Errors
/// `WrongProposalPayer`.
pub fn check_payer(proposal: &ProposalView, payer: &Key) -> Checked<()> {
    if key_eq(proposal.payer(), payer) {
        Ok(())
    } else {
        Err(Refusal::new(ErrorCode::WrongProposalPayer))
    }
}

/// Writes the next bytes of a proposal's payload; the last ones seal it, when its form is that of its kind. `vault` is the
/// config's.
///
/// # Errors
/// `ProposalMalformed`, and those of [`check_payload`].
pub fn write_piece(data: &mut [u8], offset: u32, bytes: &[u8], vault: &Key) -> Checked<()> {
    if !append(data, offset, bytes)? {
        return Ok(());
    }
    let proposal = ProposalView::open(data)?;
    check_payload(&proposal, proposal.config(), vault)?;
    let hash = sha256(&proposal.hash_parts());
    seal(data, &hash)
}

/// Closes an enacted proposal, whose data nobody borrows; the rent goes to `payer`, whom [`open_enactment`] has checked.
pub fn consume_proposal(
    proposal: &AccountInfo,
    payer: &AccountInfo,
    config: &Pubkey,
) -> Result<()> {
    close_proposal(proposal, payer)?;
    emit!(ProposalEnacted {
        proposal: *proposal.key,
        config: *config
    });
    Ok(())
}

/// Closes a proposal; the rent goes to `payer`.
pub fn close_proposal(proposal: &AccountInfo, payer: &AccountInfo) -> Result<()> {
    let lamports = proposal.lamports();
    proposal.sub_lamports(lamports)?;
    payer.add_lamports(lamports)?;
    proposal.assign(&System::id());
    Ok(proposal.resize(0)?)
}

/// [`consume_proposal`] on the raw path. No slice of the proposal's data may be in use any more.
pub fn consume_proposal_view(
    proposal: &AccountView,
    payer: &AccountView,
    config: &Key,
) -> Checked<()> {
    let lamports = payer.lamports().checked_add(proposal.lamports());
    let lamports = lamports.ok_or_else(|| Refusal::new(ErrorCode::ArithmeticOverflow))?;
    payer.clone().set_lamports(lamports);
    // SAFETY: the view is the runtime's own, and the caller holds no slice of its data.
    unsafe { proposal.clone().close_unchecked() };
    log_proposal_enacted(key(proposal), config);
    Ok(())
}
