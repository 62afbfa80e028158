#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod account;
mod consume;
mod verify;

pub use account::{Account, Data, SessionAccounts};
pub use consume::{verify_and_consume, ConsumeCall, Error};
pub use valetkey_engine::{ErrorCode, Key, Refusal};
pub use verify::{verify, Expect, Verified};
