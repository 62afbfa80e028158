//! The accounts of the program, declared for the IDL; the program reads them through the engine's views.

mod proposal;
mod session;
mod vault_config;

pub use {proposal::*, session::*, vault_config::*};
