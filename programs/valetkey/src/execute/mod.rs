//! `execute`: a session's only door to other programs, read by the raw entry.

mod closes;
mod effects;
mod fee;
mod guards;
mod handler;
mod judge;
mod ledger;
mod outer;
mod pins;
mod position_keys;
mod token_watch;
mod watch;
mod workspace;

pub use {handler::handle_execute, workspace::workspace};
