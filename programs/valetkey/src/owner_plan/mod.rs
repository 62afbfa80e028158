//! The owners' own plan, by signatures or by proposal: without scope, decoders, limits or token guards, so that none of them can
//! trap assets.

mod proposed;
mod run;
mod signed;

pub use {
    proposed::{handle_owner_execute_proposed, handle_recover_proposed},
    run::check_keys_hash,
    signed::{handle_owner_execute, handle_recover},
};
