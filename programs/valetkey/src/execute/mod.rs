//! `execute`: a session's only door to other programs, read by the raw entry.

mod effects;
mod guards;
mod handler;
mod judge;
mod ledger;
mod outer;
mod token_watch;
mod watch;
mod workspace;

pub use {handler::handle_execute, workspace::workspace};
