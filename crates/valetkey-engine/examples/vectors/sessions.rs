//! Vectors of whole accounts: liveness of sessions, configs, session keys.

use super::all::file;
use super::build::*;
use super::json::{hex, outcome};
use serde_json::{json, Value};
use valetkey_engine::layout::{write_canonical_config, ConfigView, SessionView};
use valetkey_engine::session::{check_live, is_closable, is_dead};
use valetkey_engine::terms::{check_session_key, write_record, TermsContext};
use valetkey_engine::ErrorCode::{self, *};
use valetkey_engine::Key;

/// A session that was granted at NOW, starts at NOW + 100, expires at NOW + 1,000; its deadline is NOW + 50.
fn account_bytes() -> Vec<u8> {
    let terms = Terms::new(&[GAME], vec![], vec![Rule::new(0, 0, 1, &[7], 1)])
        .with(|t| (t.starts_at, t.expires_at) = (NOW + 100, NOW + 1_000));
    let mut bytes = grant(&terms.bytes(), &Given::default()).expect("good terms");
    bytes[216..224].copy_from_slice(&(NOW + 50).to_le_bytes());
    bytes
}

fn record() -> Vec<u8> {
    let mut out = vec![0xaa; 320];
    write_record(
        &mut out,
        &TermsContext {
            grant_deadline: NOW + 500,
            ..context()
        },
    )
    .expect("a record");
    out
}

fn changed(mut bytes: Vec<u8>, at: usize, value: &[u8]) -> Vec<u8> {
    bytes[at..at + value.len()].copy_from_slice(value);
    bytes
}

pub fn sessions() -> Value {
    let live = account_bytes;
    let revoked = || changed(live(), 9, &[1]);
    let begun = || changed(live(), 200, &(NOW - 100).to_le_bytes());
    // name, account, now, epoch, live, dead, closable
    let rows: Vec<(
        &str,
        Vec<u8>,
        i64,
        u64,
        Option<ErrorCode>,
        bool,
        Option<ErrorCode>,
    )> = vec![
        (
            "before it starts",
            live(),
            NOW + 99,
            3,
            Some(SessionNotStarted),
            false,
            Some(SessionStillLive),
        ),
        (
            "as it starts",
            live(),
            NOW + 100,
            3,
            None,
            false,
            Some(SessionStillLive),
        ),
        (
            "its last second",
            live(),
            NOW + 999,
            3,
            None,
            false,
            Some(SessionStillLive),
        ),
        (
            "as it expires",
            live(),
            NOW + 1_000,
            3,
            Some(SessionExpired),
            true,
            None,
        ),
        (
            "long after",
            live(),
            i64::MAX,
            3,
            Some(SessionExpired),
            true,
            None,
        ),
        (
            "before everything",
            live(),
            i64::MIN,
            3,
            Some(SessionNotStarted),
            false,
            Some(SessionStillLive),
        ),
        (
            "starts_at is past: it opens when it was created",
            begun(),
            NOW - 1,
            3,
            Some(SessionNotStarted),
            false,
            Some(SessionStillLive),
        ),
        (
            "starts_at is past: created now",
            begun(),
            NOW,
            3,
            None,
            false,
            Some(SessionStillLive),
        ),
        (
            "revoked, before its deadline",
            revoked(),
            NOW + 50,
            3,
            Some(SessionRevoked),
            true,
            Some(DeadlineNotPassed),
        ),
        (
            "revoked, after its deadline",
            revoked(),
            NOW + 51,
            3,
            Some(SessionRevoked),
            true,
            None,
        ),
        (
            "the epoch moved",
            live(),
            NOW + 100,
            4,
            Some(EpochStale),
            true,
            None,
        ),
        (
            "an epoch from before",
            live(),
            NOW + 100,
            2,
            Some(EpochStale),
            true,
            None,
        ),
        (
            "revoked, and the epoch moved before its deadline",
            revoked(),
            NOW,
            4,
            Some(SessionRevoked),
            true,
            None,
        ),
        (
            "a record, before its deadline",
            record(),
            NOW + 500,
            3,
            Some(SessionRevoked),
            true,
            Some(DeadlineNotPassed),
        ),
        (
            "a record, after its deadline",
            record(),
            NOW + 501,
            3,
            Some(SessionRevoked),
            true,
            None,
        ),
        (
            "a record of another epoch",
            record(),
            NOW,
            4,
            Some(SessionRevoked),
            true,
            None,
        ),
    ];
    let mut cases: Vec<Value> = rows
        .into_iter()
        .map(|(name, bytes, now, epoch, expect_live, dead, expect_closable)| {
            let view = SessionView::open(&bytes).expect("a session");
            assert_eq!(is_dead(&view, now, epoch), dead, "{name}");
            json!({
                "name": name,
                "account": hex(&bytes),
                "now": now.to_string(),
                "epoch": epoch.to_string(),
                "live": outcome(name, expect_live, check_live(&view, now, epoch).map(|()| Value::Null)),
                "dead": dead,
                "closable": outcome(name, expect_closable, is_closable(&view, now, epoch).map(|()| Value::Null)),
            })
        })
        .collect();
    let unreadable: Vec<(&str, Vec<u8>, ErrorCode)> = vec![
        ("no bytes", vec![], NotASession),
        ("a header cut short", live()[..319].to_vec(), NotASession),
        (
            "another discriminator",
            changed(live(), 0, &[0]),
            NotASession,
        ),
        ("a config", config(), NotASession),
        ("another version", changed(live(), 8, &[2]), UnknownVersion),
        ("an unknown flag", changed(live(), 9, &[64]), NotASession),
        ("33 keys", changed(live(), 10, &[33]), NotASession),
        ("9 limits", changed(live(), 11, &[9]), NotASession),
        ("17 rules", changed(live(), 12, &[17]), NotASession),
        (
            "tables longer than the account",
            changed(live(), 10, &[2]),
            NotASession,
        ),
    ];
    cases.extend(unreadable.into_iter().map(|(name, bytes, code)| {
        let mut value = outcome(
            name,
            Some(code),
            SessionView::open(&bytes).map(|_| Value::Null),
        );
        value["name"] = json!(name);
        value["account"] = json!(hex(&bytes));
        value
    }));
    file(
        "Session accounts: whether they live at `now` under the config's `epoch`, are dead, may be closed; then accounts \
         that can't be read at all.",
        cases,
    )
}

fn config() -> Vec<u8> {
    let mut out = vec![0; 488];
    write_canonical_config(&mut out, &OWNER, 2, 251, 250, &VAULT).expect("a config");
    out
}

pub fn configs() -> Value {
    // Written by hand from the table of docs/layout.md.
    let mut expected = vec![
        0x63, 0x56, 0x2b, 0xd8, 0xb8, 0x66, 0x77, 0x4d, 1, 0, 2, 251, 250, 1, 1, 0,
    ];
    expected.extend([0; 8]);
    expected.extend([1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    expected.extend(OWNER);
    expected.extend(VAULT);
    expected.extend(OWNER);
    expected.resize(488, 0);
    assert_eq!(config(), expected);
    let rows: Vec<(&str, Vec<u8>, Option<ErrorCode>)> = vec![
        ("canonical, index 2", config(), None),
        (
            "a council, two of three, a timelock of an hour",
            council(&COUNCIL[..3], 2, 3_600),
            None,
        ),
        (
            "a byte short",
            config()[..487].to_vec(),
            Some(NotAVaultConfig),
        ),
        (
            "a byte long",
            [config(), vec![0]].concat(),
            Some(NotAVaultConfig),
        ),
        ("a session", account_bytes(), Some(NotAVaultConfig)),
        (
            "another version",
            changed(config(), 8, &[2]),
            Some(UnknownVersion),
        ),
        (
            "an unknown kind",
            changed(config(), 9, &[2]),
            Some(NotAVaultConfig),
        ),
        (
            "no owner",
            changed(config(), 14, &[0]),
            Some(NotAVaultConfig),
        ),
        (
            "11 owners",
            changed(config(), 14, &[11]),
            Some(NotAVaultConfig),
        ),
    ];
    let cases = rows
        .into_iter()
        .map(|(name, bytes, expect)| {
            let found = ConfigView::open(&bytes).map(|c| {
                json!({
                    "kind": if c.kind() == 0 { "canonical" } else { "council" },
                    "index": c.index(),
                    "bump": c.bump(),
                    "vaultBump": c.vault_bump(),
                    "threshold": c.threshold(),
                    "timelockSeconds": c.timelock(),
                    "epoch": c.epoch().to_string(),
                    "ownersRevision": c.owners_revision().to_string(),
                    "seedKey": hex(c.seed_key()),
                    "vault": hex(c.vault()),
                    "owners": c.owners().iter().map(|owner| hex(owner)).collect::<Vec<_>>(),
                })
            });
            let mut value = outcome(name, expect, found);
            value["name"] = json!(name);
            value["account"] = json!(hex(&bytes));
            value
        })
        .collect();
    file("Vault configs: decoded, or refused.", cases)
}

pub fn session_keys() -> Value {
    let owners = [OWNER, BOB];
    let rows: [(&str, Key, bool, Option<ErrorCode>); 7] = [
        ("a fresh key", SESSION_KEY, true, None),
        ("the default key", key(0), true, Some(ReservedSessionKey)),
        (
            "off the curve",
            SESSION_KEY,
            false,
            Some(ReservedSessionKey),
        ),
        ("the config", CONFIG, true, Some(ReservedSessionKey)),
        ("the vault", VAULT, true, Some(ReservedSessionKey)),
        ("the first owner", OWNER, true, Some(ReservedSessionKey)),
        ("the last owner", BOB, true, Some(ReservedSessionKey)),
    ];
    let cases = rows
        .into_iter()
        .map(|(name, candidate, on_curve, expect)| {
            let found = check_session_key(&candidate, on_curve, &CONFIG, &VAULT, &owners);
            let mut value = outcome(name, expect, found.map(|()| Value::Null));
            value["name"] = json!(name);
            value["key"] = json!(hex(&candidate));
            value["onCurve"] = json!(on_curve);
            value["config"] = json!(hex(&CONFIG));
            value["vault"] = json!(hex(&VAULT));
            value["owners"] = json!(owners.map(|owner| hex(&owner)));
            value
        })
        .collect();
    file("Which keys may be session keys.", cases)
}
