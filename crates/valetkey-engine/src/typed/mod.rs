//! Typed decoders: the instructions of System, Token, Token-2022 and ATA that are known safe, by exact value.

mod ata;
mod instruction;
mod system;
mod token;

pub use instruction::{shape, Shape, Typed};
