//! JSON of what vectors hold: bytes as hex, 64-bit numbers as decimal strings.

use serde_json::{json, Value};
use valetkey_engine::{refusal::subject, ErrorCode, Refusal};

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn refusal(refusal: &Refusal) -> Value {
    let subject = match refusal.subject {
        subject::NONE => "none",
        subject::LIMIT => "limit",
        subject::POSITION => "position",
        subject::DATA => "data",
        subject::MIN_RECEIVE => "minReceive",
        subject::OUTER => "outer",
        subject::KEY => "key",
        _ => "offset",
    };
    json!({
        "name": refusal.name(),
        "code": refusal.code,
        "inner": refusal.inner,
        "rule": refusal.rule,
        "subject": subject,
        "index": refusal.index,
        "asked": refusal.asked.to_string(),
        "left": refusal.left.to_string(),
    })
}

/// `{ "ok": … }` or `{ "refusal": … }`, after comparing with what was written by hand.
pub fn outcome(
    name: &str,
    expected: Option<ErrorCode>,
    found: std::result::Result<Value, Refusal>,
) -> Value {
    let code = found.as_ref().err().map(|refusal| refusal.name());
    assert_eq!(code, expected.map(ErrorCode::name), "{name}");
    match found {
        Ok(value) => json!({ "ok": value }),
        Err(found) => json!({ "refusal": refusal(&found) }),
    }
}
