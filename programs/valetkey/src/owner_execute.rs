//! `owner_execute`: the owners' own plan, without scope, decoders, limits or token guards, so that none of them can trap assets.

use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::ConfigView,
    plan::{Inner, Plan},
    programs::SYSTEM,
    refusal::{Refusal, Result},
};

use crate::{
    calls::{call, VaultSigner},
    events::log_owner_executed,
    execute::workspace,
    nonce::refuse_durable_nonce,
    owners::Approval,
    views::{data, is_same, key, owner},
};

/// The rule byte of an owners' plan.
const NO_RULE: u8 = 255;
/// Owners and everything else begin here.
const FIRST_OTHER: usize = 3;

/// Runs the owners' plan; the vault signs inside, nobody else.
pub fn handle_owner_execute(views: &[AccountView], args: &[u8]) -> Result<()> {
    let [config_view, vault, instructions, ..] = views else {
        return Err(Refusal::new(ErrorCode::MissingAccount));
    };
    if !key_eq(owner(config_view), crate::ID.as_array()) {
        return Err(Refusal::new(ErrorCode::NotAVaultConfig));
    }
    let config = ConfigView::open(data(config_view))?;
    if !key_eq(config.vault(), key(vault)) {
        return Err(Refusal::new(ErrorCode::WrongVault));
    }
    refuse_durable_nonce(key(instructions), data(instructions))?;
    let mut approval = Approval::start(&config)?;
    for view in views
        .iter()
        .skip(FIRST_OTHER)
        .filter(|view| view.is_signer())
    {
        approval.count(key(view))?;
    }
    approval.finish()?;

    let plan = Plan::parse(args)?;
    let signer = VaultSigner {
        vault,
        config: config_view,
        bump: config.vault_bump(),
    };
    // SAFETY: the raw path allocates nothing, and this is its only workspace.
    let space = unsafe { workspace() };
    for (inner, number) in plan.iter().zip(0_u8..) {
        check_inner(views, config_view, &inner).map_err(|refusal| refusal.inner(number))?;
        call(views, &inner, &signer, &mut space.calls).map_err(|refusal| refusal.inner(number))?;
    }
    if !key_eq(owner(vault), &SYSTEM) || !vault.is_data_empty() {
        return Err(Refusal::new(ErrorCode::VaultChanged));
    }
    log_owner_executed(key(config_view), plan.len());
    Ok(())
}

/// This program is never called, and its accounts are never inside: not even the owners' signature over the vault may be
/// turned into a grant by way of a plan.
fn check_inner(views: &[AccountView], config: &AccountView, inner: &Inner) -> Result<()> {
    if inner.rule != NO_RULE {
        return Err(Refusal::new(ErrorCode::RuleOutOfRange).rule(inner.rule));
    }
    let out_of_range = |index: u8| Refusal::new(ErrorCode::IndexOutOfRange).outer(index.into());
    let program = views
        .get(usize::from(inner.program))
        .ok_or_else(|| out_of_range(inner.program))?;
    if key_eq(key(program), crate::ID.as_array()) {
        return Err(Refusal::new(ErrorCode::SelfCall));
    }
    for (position, index) in inner.accounts.iter().enumerate() {
        let view = views
            .get(usize::from(*index))
            .ok_or_else(|| out_of_range(*index))?;
        if is_same(view, config) || key_eq(owner(view), crate::ID.as_array()) {
            return Err(Refusal::new(ErrorCode::ForbiddenAccount).position(position));
        }
    }
    Ok(())
}
