//! `localnet`: a local Solana validator with a fixed JSON-RPC and WebSocket port.
//!
//! Surfpool's core (a JSON-RPC and PubSub server over LiteSVM) without its studio, its database and its
//! remote cluster: everything is in memory and nothing leaves the machine.

mod arguments;
mod programs;
mod server;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use crate::arguments::Arguments;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let accounts = programs::genesis_accounts(arguments)?;
    server::run(arguments, accounts)
}
