//! `owner_execute` and `recover`: the owners sign the transaction.

use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    plan::OwnerArgs,
    refusal::{Refusal, Result},
};

use super::run::{check_keys_hash, open_config, run, Purpose};
use crate::{
    events::log_owner_executed,
    nonce::refuse_durable_nonce,
    owners::Approval,
    views::{data, key},
};

/// Owners and everything else begin here.
const FIRST_OTHER: usize = 3;

/// Runs the owners' plan.
pub fn handle_owner_execute(views: &[AccountView], args: &[u8]) -> Result<()> {
    by_signatures(views, args, Purpose::Execute)
}

/// Runs the plan that repairs a vault which isn't sound.
pub fn handle_recover(views: &[AccountView], args: &[u8]) -> Result<()> {
    by_signatures(views, args, Purpose::Recover)
}

fn by_signatures(views: &[AccountView], args: &[u8], purpose: Purpose) -> Result<()> {
    let [config_view, vault, instructions, ..] = views else {
        return Err(Refusal::new(ErrorCode::MissingAccount));
    };
    let config = open_config(config_view, vault, purpose)?;
    refuse_durable_nonce(key(instructions), data(instructions))?;
    let mut approval = Approval::start(&config)?;
    let others = views.iter().skip(FIRST_OTHER);
    for view in others.filter(|view| view.is_signer()) {
        approval.count(key(view))?;
    }
    approval.finish()?;

    let args = OwnerArgs::parse(args)?;
    if let Some(expected) = args.keys_hash {
        check_keys_hash(views, expected)?;
    }
    let bump = config.vault_bump();
    let inners = run(views, config_view, vault, bump, args.plan, purpose)?;
    log_owner_executed(key(config_view), inners);
    Ok(())
}
