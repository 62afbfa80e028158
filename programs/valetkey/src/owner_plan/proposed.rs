//! `owner_execute_proposed` and `recover_proposed`: the plan lies in a proposal that enough owners approved.

use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    layout::proposal::mark_consumed,
    proposal::PlanPayload,
    refusal::{Refusal, Result},
};

use super::run::{check_keys_hash, open_config, run, Purpose};
use crate::{
    events::log_owner_executed,
    proposals::{consume_proposal_view, open_enactment, PassedProposal},
    runtime::now,
    views::{data, key, owner},
};

/// Runs the owners' plan of a proposal, and consumes it. Anyone may call.
pub fn handle_owner_execute_proposed(views: &[AccountView], args: &[u8]) -> Result<()> {
    by_proposal(views, args, Purpose::Execute)
}

/// Runs the plan of a proposal that repairs a vault which isn't sound, and consumes it. Anyone may call.
pub fn handle_recover_proposed(views: &[AccountView], args: &[u8]) -> Result<()> {
    by_proposal(views, args, Purpose::Recover)
}

fn by_proposal(views: &[AccountView], args: &[u8], purpose: Purpose) -> Result<()> {
    if !args.is_empty() {
        return Err(Refusal::new(ErrorCode::TrailingBytes).asked(args.len() as u64));
    }
    let [config_view, vault, proposal, payer, ..] = views else {
        return Err(Refusal::new(ErrorCode::MissingAccount));
    };
    let config = open_config(config_view, vault, purpose)?;
    let passed = PassedProposal {
        owner: owner(proposal),
        data: data(proposal),
        payer: key(payer),
    };
    let kind = purpose.kind();
    let view = open_enactment(&passed, key(config_view), &config, kind, now()?)?;
    let payload = PlanPayload::read(&view, kind)?;
    check_keys_hash(views, payload.keys_hash)?;

    consume_before_calls(proposal)?;
    let bump = config.vault_bump();
    let inners = run(views, config_view, vault, bump, payload.plan, purpose)?;
    log_owner_executed(key(config_view), inners);
    consume_proposal_view(proposal, payer, key(config_view))
}

/// The plan is read from the proposal while its calls run, so the account is closed after them; whoever looked at it meanwhile
/// would find no proposal.
fn consume_before_calls(proposal: &AccountView) -> Result<()> {
    // SAFETY: the first eight bytes of the data, which are there in a proposal; what is in use of it, keys hash and plan, lies
    // behind the header.
    let discriminator =
        unsafe { core::slice::from_raw_parts_mut(proposal.data_ptr().cast_mut(), 8) };
    mark_consumed(discriminator)
}
