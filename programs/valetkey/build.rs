//! Chooses program id and cluster together, and who provides the entry.
//!
//! `VALETKEY_CLUSTER` is `local` (default), `devnet` or `mainnet`; `VALETKEY_PROGRAM_ID` overrides the id that `Anchor.toml`
//! records for that cluster. An id that belongs to another cluster is refused: a text or an address of one cluster must mean
//! nothing on another.

use std::{env, fs, path::Path};

fn main() -> Result<(), String> {
    let manifest = env::var("CARGO_MANIFEST_DIR").map_err(|e| e.to_string())?;
    let anchor_toml = Path::new(&manifest).join("../../Anchor.toml");
    println!("cargo:rerun-if-changed={}", anchor_toml.display());
    println!("cargo:rerun-if-env-changed=VALETKEY_CLUSTER");
    println!("cargo:rerun-if-env-changed=VALETKEY_PROGRAM_ID");
    let text =
        fs::read_to_string(&anchor_toml).map_err(|e| format!("{}: {e}", anchor_toml.display()))?;
    let ids = program_ids(&text);

    let cluster = env::var("VALETKEY_CLUSTER").unwrap_or_else(|_| "local".into());
    let section = match cluster.as_str() {
        "local" => "localnet",
        "devnet" => "devnet",
        "mainnet" => "mainnet",
        _ => {
            return Err(format!(
                "VALETKEY_CLUSTER is {cluster}: local, devnet or mainnet"
            ))
        }
    };
    let recorded = ids
        .iter()
        .find(|(name, _)| name == section)
        .map(|(_, id)| id.clone());
    let id = env::var("VALETKEY_PROGRAM_ID")
        .ok()
        .or(recorded)
        .ok_or_else(|| {
            format!(
                "no program id for {cluster}: pass --program-id ADDRESS to npm run build:program (cargo alone: \
                 VALETKEY_PROGRAM_ID), or record it in Anchor.toml"
            )
        })?;
    if let Some((other, _)) = ids
        .iter()
        .find(|(name, known)| name != section && *known == id)
    {
        return Err(format!(
            "{id} is the program of {other} in Anchor.toml, not of {cluster}"
        ));
    }
    if !(32..=44).contains(&id.len()) || !id.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(format!("{id} is not an address"));
    }

    let out = Path::new(&env::var("OUT_DIR").map_err(|e| e.to_string())?).join("deployment.rs");
    let code = format!(
        "declare_id!(\"{id}\");\n\
         /// The cluster that this build is for: `local`, `devnet` or `mainnet`.\n\
         pub const CLUSTER: &str = \"{cluster}\";\n"
    );
    fs::write(&out, code).map_err(|e| format!("{}: {e}", out.display()))?;

    // `#[program]` writes an entry of its own unless `no-entrypoint` is set. Ours takes its place in every build that has an
    // entry at all; whoever depends on this crate asks for `no-entrypoint` (or `cpi`) as with any Anchor program.
    println!("cargo:rustc-check-cfg=cfg(valetkey_entry)");
    println!("cargo:rustc-check-cfg=cfg(target_os, values(\"solana\"))");
    if env::var_os("CARGO_FEATURE_NO_ENTRYPOINT").is_none() {
        println!("cargo:rustc-cfg=valetkey_entry");
        println!("cargo:rustc-cfg=feature=\"no-entrypoint\"");
    }
    Ok(())
}

/// The `valetkey = "…"` lines of `Anchor.toml`, each with the cluster of its section.
fn program_ids(text: &str) -> Vec<(String, String)> {
    let mut section = "";
    let mut ids = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            section = name;
        } else if let (Some(cluster), Some((key, value))) =
            (section.strip_prefix("programs."), line.split_once('='))
        {
            if key.trim() == "valetkey" {
                ids.push((
                    cluster.to_string(),
                    value.trim().trim_matches('"').to_string(),
                ));
            }
        }
    }
    ids
}
