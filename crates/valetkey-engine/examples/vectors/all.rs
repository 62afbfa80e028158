//! All files of vectors.

use serde_json::{json, Value};
use std::path::PathBuf;

pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")
}

/// Name and text of each file.
pub fn files() -> Vec<(&'static str, String)> {
    let files = [
        ("errors.json", super::numbers::errors()),
        ("refusals.json", super::numbers::refusals()),
        ("limits.json", super::numbers::limits()),
        ("once.json", super::numbers::once()),
        ("floors.json", super::numbers::floors()),
        ("terms.json", super::terms::terms()),
        ("plans.json", super::plans::plans()),
        ("owner-plans.json", super::plans::owner_plans()),
        ("matches.json", super::scope::matches()),
        ("sessions.json", super::sessions::sessions()),
        ("configs.json", super::sessions::configs()),
        ("session-keys.json", super::sessions::session_keys()),
        ("proposals.json", super::proposals::proposals()),
        ("proposal-payloads.json", super::proposals::payloads()),
        ("renewals.json", super::renewals::renewals()),
        ("token-accounts.json", super::tokens::accounts()),
        ("token-changes.json", super::tokens::changes()),
        ("mints.json", super::tokens::mints()),
        ("fees.json", super::opt_ins::fees()),
        ("caps.json", super::opt_ins::caps()),
        ("pins.json", super::opt_ins::pins()),
        ("delegate-debits.json", super::opt_ins::delegate_debits()),
        (
            "account-extensions.json",
            super::opt_ins::account_extensions(),
        ),
    ];
    files
        .into_iter()
        .map(|(name, value)| {
            (
                name,
                serde_json::to_string_pretty(&value).expect("JSON") + "\n",
            )
        })
        .collect()
}

/// One file: what it is about, and its cases.
pub fn file(about: &str, cases: Vec<Value>) -> Value {
    json!({ "about": about, "cases": cases })
}
