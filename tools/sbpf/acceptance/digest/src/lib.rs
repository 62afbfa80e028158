//! Work whose result depends on everything that the sBPF kit has to get right, topic by topic.
//!
//! The native binary (`main.rs`) and the program on the chain (`program.rs`) run the same topics on the same
//! seeds; a compiler that does anything differently gives another digest, and the topic's name says where.

mod digest;
mod inputs;
#[cfg(target_os = "solana")]
mod program;
mod random;
mod topics;

pub use topics::run_all;
