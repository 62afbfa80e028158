//! Writes the IDL of one Anchor program to standard output: `valetkey-idl programs/arena`.
//!
//! The work is done by Anchor's own builder, which runs the program's IDL tests with the host's
//! stable toolchain. Environment variables reach the program's build script unchanged, so a build
//! for another cluster or program id gives the IDL of that build.

use anchor_lang_idl::build::IdlBuilder;
use anyhow::{Context, Result};
use std::{env, fs};

fn main() -> Result<()> {
    let folder = env::args()
        .nth(1)
        .context("usage: valetkey-idl PROGRAM_FOLDER")?;
    let folder = fs::canonicalize(&folder).with_context(|| format!("no folder {folder}"))?;
    // Set by rustup around `cargo run`; the builder would take it for a request to install one.
    env::remove_var("RUSTUP_TOOLCHAIN");
    let idl = IdlBuilder::new()
        .program_path(folder)
        .cargo_args(vec!["--lib".into()])
        .build()?;
    println!("{}", serde_json::to_string_pretty(&idl)?);
    Ok(())
}
