//! One file per instruction: its accounts, checks and handler.

mod append_proposal;
mod approve;
mod cancel;
mod close_session;
mod consume;
mod create_council;
mod create_vault;
mod execute;
mod grant_session;
mod grant_session_proposed;
mod owner_execute;
mod owner_execute_proposed;
mod propose;
mod recover;
mod recover_proposed;
mod renew_session;
mod renew_session_proposed;
mod revoke_all;
mod revoke_session;
mod set_owners;
mod set_owners_proposed;

pub use {
    append_proposal::*, approve::*, cancel::*, close_session::*, consume::*, create_council::*,
    create_vault::*, execute::*, grant_session::*, grant_session_proposed::*, owner_execute::*,
    owner_execute_proposed::*, propose::*, recover::*, recover_proposed::*, renew_session::*,
    renew_session_proposed::*, revoke_all::*, revoke_session::*, set_owners::*,
    set_owners_proposed::*,
};
