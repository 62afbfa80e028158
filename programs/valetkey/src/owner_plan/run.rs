//! What both doors do with an owners' plan.

use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::{proposal::Kind, ConfigView},
    plan::{Inner, Plan},
    programs::SYSTEM,
    refusal::{Refusal, Result},
    Key,
};

use crate::{
    calls::{call, VaultSigner},
    execute::workspace,
    runtime::sha256,
    views::{data, is_same, key, owner},
};

/// The rule byte of an owners' plan.
const NO_RULE: u8 = 255;
/// Most accounts that a keys hash covers: all that a transaction can lock.
const MAX_HASHED: usize = 64;

/// The hash begins with the vault: the config decides about everything else.
const FIRST_HASHED: usize = 1;

/// What an owners' plan is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Anything; the vault stays sound.
    Execute,
    /// Repairing a vault that isn't sound, which nothing is asked of afterwards.
    Recover,
}

impl Purpose {
    /// The kind of proposal that carries such a plan.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Execute => Kind::OwnersPlan,
            Self::Recover => Kind::Recovery,
        }
    }
}

/// The config of ours in account 0, whose vault is account 1, in the state that the purpose asks for.
pub fn open_config<'a>(
    config: &'a AccountView,
    vault: &AccountView,
    purpose: Purpose,
) -> Result<ConfigView<'a>> {
    if !key_eq(owner(config), crate::ID.as_array()) {
        return Err(Refusal::new(ErrorCode::NotAVaultConfig));
    }
    let view = ConfigView::open(data(config))?;
    if !key_eq(view.vault(), key(vault)) {
        return Err(Refusal::new(ErrorCode::WrongVault));
    }
    if purpose == Purpose::Recover && is_sound(vault) {
        return Err(Refusal::new(ErrorCode::VaultSound));
    }
    Ok(view)
}

/// Refuses other accounts than those that were hashed, from the vault on.
pub fn check_keys_hash(views: &[AccountView], expected: &Key) -> Result<()> {
    let mut parts: [&[u8]; MAX_HASHED] = [&[]; MAX_HASHED];
    let hashed = views.iter().skip(FIRST_HASHED);
    for (part, view) in parts.iter_mut().zip(hashed) {
        *part = key(view);
    }
    let count = views.len().saturating_sub(FIRST_HASHED);
    if key_eq(&sha256(parts.get(..count).unwrap_or(&parts)), expected) {
        Ok(())
    } else {
        Err(Refusal::new(ErrorCode::KeysHashMismatch))
    }
}

/// Runs the plan; the vault signs inside, nobody else. Returns the number of inner instructions.
pub fn run(
    views: &[AccountView],
    config: &AccountView,
    vault: &AccountView,
    bump: u8,
    plan: Plan,
    purpose: Purpose,
) -> Result<u8> {
    let bump = [bump];
    let signer = VaultSigner::new(vault, config, &bump);
    // SAFETY: the raw path allocates nothing, and this is its only workspace.
    let space = unsafe { workspace() };
    for (inner, number) in plan.iter().zip(0_u8..) {
        check_inner(views, config, &inner).map_err(|refusal| refusal.inner(number))?;
        call(views, &inner, &signer, &mut space.calls).map_err(|refusal| refusal.inner(number))?;
    }
    if purpose == Purpose::Execute && !is_sound(vault) {
        return Err(Refusal::new(ErrorCode::VaultChanged));
    }
    Ok(plan.len())
}

/// Whether the vault is System's and without data, as everything that pays from it needs.
fn is_sound(vault: &AccountView) -> bool {
    key_eq(owner(vault), &SYSTEM) && vault.is_data_empty()
}

/// This program is never called, and its accounts are never inside: not even the owners' signature over the vault may be
/// turned into a grant by way of a plan, and a plan that lies in a proposal stays as it was approved.
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
