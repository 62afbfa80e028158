//! Whether a session lives: one function for each question, used by every door.

use crate::errors::ErrorCode;
use crate::layout::SessionView;
use crate::refusal::{Refusal, Result};

/// Checks that the session may be used now: not revoked, of this epoch, and
/// `max(starts_at, created_at) <= now < expires_at`. Refuses with `SessionRevoked`, `EpochStale`, `SessionExpired` or
/// `SessionNotStarted`; for the last two `asked` = now and `left` = the bound, for the epoch both epochs.
#[inline(always)]
pub fn check_live(session: &SessionView, now: i64, epoch: u64) -> Result<()> {
    if session.is_revoked() {
        return Err(Refusal::new(ErrorCode::SessionRevoked));
    }
    if session.epoch() != epoch {
        return Err(Refusal::new(ErrorCode::EpochStale)
            .asked(epoch)
            .left(session.epoch()));
    }
    if now >= session.expires_at() {
        return Err(outside(
            ErrorCode::SessionExpired,
            now,
            session.expires_at(),
        ));
    }
    let opens = session.starts_at().max(session.created_at());
    if now < opens {
        return Err(outside(ErrorCode::SessionNotStarted, now, opens));
    }
    Ok(())
}

/// Checks that the session isn't dead, whether or not its window has opened: what a renewal asks. Refuses with
/// `SessionRevoked`, `EpochStale` or `SessionExpired`.
pub fn check_not_dead(session: &SessionView, now: i64, epoch: u64) -> Result<()> {
    match check_live(session, now, epoch) {
        Err(refusal) if refusal.code == ErrorCode::SessionNotStarted.code() => Ok(()),
        other => other,
    }
}

/// Whether the session is dead: revoked, expired, or its epoch is not the config's. Dead never lives again.
pub fn is_dead(session: &SessionView, now: i64, epoch: u64) -> bool {
    session.is_revoked() || session.epoch() != epoch || now >= session.expires_at()
}

/// Checks that the account may be closed: the epoch has moved, or the session is dead and its grant deadline has
/// passed (`now > grant_deadline`). Refuses with `SessionStillLive` or `DeadlineNotPassed`.
pub fn is_closable(session: &SessionView, now: i64, epoch: u64) -> Result<()> {
    if session.epoch() != epoch {
        return Ok(());
    }
    if !is_dead(session, now, epoch) {
        return Err(outside(
            ErrorCode::SessionStillLive,
            now,
            session.expires_at(),
        ));
    }
    if now <= session.grant_deadline() {
        return Err(outside(
            ErrorCode::DeadlineNotPassed,
            now,
            session.grant_deadline(),
        ));
    }
    Ok(())
}

#[cold]
#[inline(never)]
fn outside(code: ErrorCode, now: i64, bound: i64) -> Refusal {
    let seconds = |time: i64| u64::try_from(time).unwrap_or(0);
    Refusal::new(code).asked(seconds(now)).left(seconds(bound))
}
