//! Changing the owners: the same for both doors.

use anchor_lang::prelude::*;
use valetkey_engine::{
    layout::{config::set_owners, ConfigView},
    owners::Owners,
    refusal::Result as Checked,
    Key,
};

use crate::{events::OwnersSet, refuse::refuse};

/// Writes owners, threshold and timelock into a config of ours, raises epoch and owners revision, and says so.
///
/// # Errors
/// Those of [`Owners::check`]: the new owners must be good ones.
pub fn change_owners(config: &AccountInfo, owners: &Owners) -> Result<()> {
    let mut data = config.try_borrow_mut_data()?;
    let vault = *ConfigView::open(&data).map_err(refuse)?.vault();
    owners
        .check(config.key.as_array(), &vault)
        .map_err(refuse)?;
    let epoch = set_owners(&mut data, owners).map_err(refuse)?;
    check_config(&data, config.key.as_array()).map_err(refuse)?;
    emit!(OwnersSet {
        config: *config.key,
        epoch,
        threshold: owners.threshold,
        timelock: owners.timelock,
        owners: u8::try_from(owners.keys.len()).unwrap_or(u8::MAX),
    });
    Ok(())
}

/// What must hold of a config after every change.
pub fn check_config(data: &[u8], address: &Key) -> Checked<()> {
    let config = ConfigView::open(data)?;
    let owners = Owners {
        threshold: config.threshold(),
        timelock: config.timelock(),
        keys: config.owners(),
    };
    owners.check(address, config.vault())
}

/// Addresses as the engine takes them.
pub fn keys_of(owners: &[Pubkey]) -> Vec<Key> {
    owners.iter().map(Pubkey::to_bytes).collect()
}
