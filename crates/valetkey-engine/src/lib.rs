//! The pure core of Valetkey: what the chain enforces, as functions of plain data.
//!
//! No allocation, no `unsafe`, no panic, no chain types: the program, the check for games, property tests and
//! the vectors for other languages all run this same code. Whatever it doesn't understand, it refuses.
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod accounts;
pub mod bytes;
pub mod caps;
pub mod delegate;
pub mod errors;
pub mod extensions;
pub mod fee;
pub mod floors;
pub mod holdings;
pub mod layout;
pub mod limits;
pub mod mint;
pub mod once;
pub mod owners;
pub mod pin;
pub mod plan;
pub mod programs;
pub mod proposal;
pub mod refusal;
pub mod scope;
pub mod session;
pub mod terms;
pub mod token;
pub mod typed;

pub use bytes::{key_eq, Key};
pub use errors::ErrorCode;
pub use refusal::{Refusal, Result};
