//! Scope: whether a rule of the session allows an inner instruction. Default deny.

mod data;
mod matching;
mod native;
mod positions;

pub use data::holds;
pub use matching::{match_inner, Matched, Visible};
pub use native::{match_native, Data, NativeAccount, NativeCall, NativeMatch};
