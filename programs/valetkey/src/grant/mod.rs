//! Grants and renewals, each by signatures and by proposal, on the raw path.

mod accounts;
mod args;
mod grant_session;
mod owners;
mod renew_session;
mod space;

pub use {
    grant_session::{handle_grant_session, handle_grant_session_proposed},
    renew_session::{handle_renew_session, handle_renew_session_proposed},
};
