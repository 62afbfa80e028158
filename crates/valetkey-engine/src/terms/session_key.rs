//! Which keys can't be session keys.

use crate::bytes::{key_eq, Key};
use crate::errors::ErrorCode;
use crate::refusal::{Refusal, Result};

/// Checks that a key may be a session key: not the default key, on the curve (`on_curve` is the caller's finding), not the
/// config, the vault or an owner. Refuses with `ReservedSessionKey`.
pub fn check_session_key(
    key: &Key,
    on_curve: bool,
    config: &Key,
    vault: &Key,
    owners: &[Key],
) -> Result<()> {
    let reserved = [&[0; 32], config, vault]
        .iter()
        .any(|other| key_eq(key, other))
        || owners.iter().any(|owner| key_eq(key, owner));
    if reserved || !on_curve {
        return Err(Refusal::new(ErrorCode::ReservedSessionKey));
    }
    Ok(())
}
