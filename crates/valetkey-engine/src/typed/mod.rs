//! Typed decoders: the instructions of System, Token, Token-2022, ATA and Stake that are known safe, by exact value.

mod ata;
mod instruction;
mod stake;
mod system;
mod token;

pub use instruction::{shape, Shape, Typed};
