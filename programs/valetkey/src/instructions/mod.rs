//! One file per instruction: its accounts, checks and handler.

mod close_session;
mod create_vault;
mod execute;
mod grant_session;
mod owner_execute;
mod revoke_all;
mod revoke_session;

pub use {
    close_session::*, create_vault::*, execute::*, grant_session::*, owner_execute::*,
    revoke_all::*, revoke_session::*,
};
