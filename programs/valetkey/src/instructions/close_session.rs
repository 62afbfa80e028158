use anchor_lang::prelude::*;
use valetkey_engine::{
    errors::ErrorCode,
    layout::{ConfigView, SessionView},
    refusal::{Refusal, Result as Checked},
    session::is_closable,
};

use crate::{events::SessionClosed, refuse::refuse};

#[derive(Accounts)]
pub struct CloseSession<'info> {
    /// CHECK: the session to be closed, mut; owner, layout and being dead are checked in the handler.
    #[account(mut)]
    pub session: UncheckedAccount<'info>,
    /// CHECK: the config that the session names (checked in the handler), only read for its epoch.
    pub config: UncheckedAccount<'info>,
    /// CHECK: gets the rent, hence mut; must be the payer that the session recorded (checked in the handler). Doesn't sign.
    #[account(mut)]
    pub rent_payer: UncheckedAccount<'info>,
}

impl CloseSession<'_> {
    /// The session is one of ours, dead for good, and all accounts are those it names.
    fn validate(&self, now: i64) -> Checked<()> {
        let unreadable = |_| Refusal::new(ErrorCode::NotASession);
        if *self.session.owner != crate::ID {
            return Err(Refusal::new(ErrorCode::NotASession));
        }
        let session_data = self.session.try_borrow_data().map_err(unreadable)?;
        let session = SessionView::open(&session_data)?;
        if session.config() != self.config.key.as_array() {
            return Err(Refusal::new(ErrorCode::WrongConfig));
        }
        if session.rent_payer() != self.rent_payer.key.as_array() {
            return Err(Refusal::new(ErrorCode::WrongRentPayer));
        }
        // The address stands in the session, where only a config of ours ever got.
        let config_data = self.config.try_borrow_data().map_err(unreadable)?;
        is_closable(&session, now, ConfigView::open(&config_data)?.epoch())
    }
}

/// Closes a dead session; its rent goes back to whoever paid it. Anyone may call.
pub fn handle_close_session(ctx: Context<CloseSession>) -> Result<()> {
    let accounts = &*ctx.accounts;
    accounts
        .validate(Clock::get()?.unix_timestamp)
        .map_err(refuse)?;

    let CloseSession {
        session,
        rent_payer,
        ..
    } = accounts;
    let lamports = session.lamports();
    session.sub_lamports(lamports)?;
    rent_payer.add_lamports(lamports)?;
    session.assign(&System::id());
    session.resize(0)?;
    emit!(SessionClosed {
        session: *session.key,
        rent_payer: *rent_payer.key,
        lamports
    });
    Ok(())
}
