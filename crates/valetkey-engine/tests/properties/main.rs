//! The properties of the pure functions, by their numbers in `docs/threats.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
#![allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]

#[path = "../../examples/vectors/build.rs"]
mod build;
mod decoding;
mod money;
mod opt_ins;
mod proposals;
mod renewals;
mod scope;
mod time;
mod tokens;
