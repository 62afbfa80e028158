//! Who may end a session, and the plain `revoke_session` as the raw entry calls it.

use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::{counters::set_revoked, ConfigView, SessionView},
    refusal::{Refusal, Result},
    Key,
};

use crate::{
    events::log_session_revoked,
    runtime::is_top_level,
    views::{data, data_mut, is_same, key, owner},
};

/// Ends a session of ours: one flag, no call, no token account, from any stack height.
pub fn handle_plain_revoke(accounts: &[AccountView]) -> Result<()> {
    let [authority, session, config, ..] = accounts else {
        return Err(Refusal::new(ErrorCode::MissingAccount));
    };
    if !authority.is_signer() {
        return Err(Refusal::new(ErrorCode::MissingSignature));
    }
    if !key_eq(owner(session), crate::ID.as_array()) {
        return Err(Refusal::new(ErrorCode::NotASession));
    }
    if is_same(session, config) {
        return Err(Refusal::new(ErrorCode::WrongConfig));
    }
    // SAFETY: session and config are different accounts, and no other slice is in use.
    let bytes = unsafe { data_mut(session) };
    revoke(bytes, key(config), data(config), key(authority))?;
    log_session_revoked(key(session), key(authority));
    Ok(())
}

/// Sets the flag of a session of ours, if `authority`, who signed, may. Revoking twice is fine.
///
/// An owner and the guardian may from any stack height. The session key may at top level only: in native mode a game gets its
/// signature, and shall not end the session with it.
pub fn revoke(session: &mut [u8], config_key: &Key, config: &[u8], authority: &Key) -> Result<()> {
    let view = SessionView::open(session)?;
    if !key_eq(view.config(), config_key) {
        return Err(Refusal::new(ErrorCode::WrongConfig));
    }
    // The config's address stands in the session, where only a config of ours ever got.
    let is_guardian = view
        .guardian()
        .is_some_and(|guardian| key_eq(guardian, authority));
    if !is_guardian && !ConfigView::open(config)?.is_owner(authority) {
        if !key_eq(view.session_key(), authority) {
            return Err(Refusal::new(ErrorCode::NotAuthorized));
        }
        if !is_top_level() {
            return Err(Refusal::new(ErrorCode::NotTopLevel));
        }
    }
    set_revoked(session)
}
