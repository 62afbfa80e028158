//! What a grant and a renewal ask of the owners who sign.

use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::ConfigView,
    refusal::{Refusal, Result},
};

use super::args::SignedTerms;
use crate::{
    nonce::refuse_durable_nonce,
    owner_plan::check_keys_hash,
    owners::Approval,
    views::{data, key, owner},
};

/// A config of ours.
///
/// # Errors
/// `NotAVaultConfig` or `UnknownVersion`.
pub fn open_config(view: &AccountView) -> Result<ConfigView<'_>> {
    if key_eq(owner(view), crate::ID.as_array()) {
        ConfigView::open(data(view))
    } else {
        Err(Refusal::new(ErrorCode::NotAVaultConfig))
    }
}

/// Checks that enough owners sign for these terms now, and returns the accounts of the terms. `rest` begins with the owners,
/// `views` are all accounts.
///
/// # Errors
/// `MissingAccount`, `EpochMismatch`, `WrongSysvar`, `DurableNonceRefused`, `KeysHashMismatch`, and those of [`Approval`].
pub fn check_owners<'a>(
    signed: &SignedTerms,
    epoch: u64,
    config: &ConfigView,
    instructions: &AccountView,
    rest: &'a [AccountView],
    views: &[AccountView],
) -> Result<&'a [AccountView]> {
    let Some((owners, passed)) = rest.split_at_checked(usize::from(signed.owners)) else {
        return Err(Refusal::new(ErrorCode::MissingAccount));
    };
    if config.epoch() != epoch {
        return Err(Refusal::new(ErrorCode::EpochMismatch)
            .asked(epoch)
            .left(config.epoch()));
    }
    refuse_durable_nonce(key(instructions), data(instructions))?;
    let mut approval = Approval::start(config)?;
    for owner in owners {
        approval.count_listed(key(owner), owner.is_signer())?;
    }
    approval.finish()?;
    if let Some(expected) = signed.keys_hash {
        check_keys_hash(views, expected)?;
    }
    Ok(passed)
}
