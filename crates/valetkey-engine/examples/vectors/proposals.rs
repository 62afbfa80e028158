//! Vectors of proposals: decoding, the hash, what may be done with one, and the form of each payload.

use super::all::file;
use super::build::*;
use super::json::{hex, outcome, refusal};
use serde_json::{json, Value};
use sha2::{Digest, Sha256};
use valetkey_engine::layout::proposal::Kind;
use valetkey_engine::layout::{ConfigView, ProposalView};
use valetkey_engine::proposal::*;
use valetkey_engine::ErrorCode::{self, *};
use valetkey_engine::{Key, Result};

const NEW_OWNERS: [Key; 2] = [key(0x31), key(0x32)];

fn act(found: Result<()>) -> Value {
    match found {
        Ok(()) => json!("ok"),
        Err(found) => refusal(&found),
    }
}

fn hash(view: &ProposalView) -> Key {
    let mut hasher = Sha256::new();
    view.hash_parts()
        .iter()
        .for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

fn decoded(bytes: &[u8], config: &[u8], now: i64) -> Result<Value> {
    let p = ProposalView::open(bytes)?;
    let config = ConfigView::open(config).expect("a config");
    let cancel = |who: &Key| act(check_cancel(&p, &CONFIG, &config, who, now));
    Ok(json!({
        "kind": p.kind().byte(),
        "bump": p.bump(),
        "sealed": p.is_sealed(),
        "approvals": p.approvals(),
        "id": p.id().to_string(),
        "config": hex(p.config()),
        "payer": hex(p.payer()),
        "epoch": p.epoch().to_string(),
        "ownersRevision": p.owners_revision().to_string(),
        "createdAt": p.created_at().to_string(),
        "deadline": p.deadline().to_string(),
        "readyAt": p.ready_at().to_string(),
        "hash": hex(p.hash()),
        "written": p.written(),
        "payload": hex(p.payload()),
        "contentHash": hex(&hash(&p)),
        "settled": is_settled(&p, &config),
        "dead": is_dead(&p, &config, now),
        "enact": act(check_enactable(&p, &CONFIG, &config, p.kind(), now)),
        "cancelByOwner": cancel(&COUNCIL[0]),
        "cancelByPayer": cancel(&PAYER),
        "cancelByStranger": cancel(&key(0x77)),
    }))
}

pub fn proposals() -> Value {
    let pay = || {
        [
            &key(0xab)[..],
            &plan(&[inner(255, 4, &[1, 5], &transfer(7))]),
        ]
        .concat()
    };
    let change = || proposal(2, owners_payload(1, 0, &NEW_OWNERS));
    let ready = |approvals: u16| {
        proposal(3, pay()).with(|p| (p.approvals, p.ready_at) = (approvals, NOW + 60))
    };
    let two_of_three = || council(&COUNCIL[..3], 2, 60);
    let two_of_four = || council(&COUNCIL, 2, 60);
    let moved = |mut config: Vec<u8>, epoch: u8, revision: u8| {
        (config[24], config[32]) = (epoch, revision);
        config
    };
    let settled = || change().with(|p| (p.approvals, p.ready_at) = (0b111, NOW + 60));
    let cut = |mut bytes: Vec<u8>| {
        bytes.pop();
        bytes
    };
    let patched = |mut bytes: Vec<u8>, at: usize, value: u8| {
        bytes[at] = value;
        bytes
    };
    let open_half = change()
        .with(|p| (p.sealed, p.written) = (false, 10))
        .bytes();
    let rows: Vec<(&str, Vec<u8>, Vec<u8>, i64, Option<ErrorCode>)> = vec![
        ("an open one", open_half.clone(), two_of_three(), NOW, None),
        (
            "sealed, nobody approved",
            change().bytes(),
            two_of_three(),
            NOW,
            None,
        ),
        (
            "one of two",
            ready(1).with(|p| p.ready_at = 0).bytes(),
            two_of_three(),
            NOW,
            None,
        ),
        (
            "a second before it is ready",
            ready(3).bytes(),
            two_of_three(),
            NOW + 59,
            None,
        ),
        ("ready", ready(3).bytes(), two_of_three(), NOW + 60, None),
        (
            "at its deadline",
            ready(3).bytes(),
            two_of_three(),
            NOW + DAY,
            None,
        ),
        (
            "a second after its deadline",
            ready(3).bytes(),
            two_of_three(),
            NOW + DAY + 1,
            None,
        ),
        (
            "the epoch has moved",
            ready(3).bytes(),
            moved(two_of_three(), 4, 2),
            NOW + 60,
            None,
        ),
        (
            "all but one, and no more than the threshold",
            change()
                .with(|p| (p.approvals, p.ready_at) = (3, NOW + 60))
                .bytes(),
            two_of_three(),
            NOW + 60,
            None,
        ),
        (
            "all of them, more than the threshold",
            settled().bytes(),
            two_of_three(),
            NOW + 60,
            None,
        ),
        (
            "all but one, more than the threshold",
            settled().bytes(),
            two_of_four(),
            NOW,
            None,
        ),
        (
            "as many for a plan, which never settles",
            ready(7).bytes(),
            two_of_four(),
            NOW + 60,
            None,
        ),
        (
            "settled, and the epoch has moved",
            settled().bytes(),
            moved(two_of_four(), 9, 2),
            NOW + 60,
            None,
        ),
        (
            "settled, and the owners have changed",
            settled().bytes(),
            moved(two_of_four(), 9, 3),
            NOW + 60,
            None,
        ),
        (
            "settled, past its deadline",
            settled().bytes(),
            two_of_four(),
            NOW + DAY + 1,
            None,
        ),
        (
            "a byte short",
            cut(change().bytes()),
            two_of_three(),
            NOW,
            Some(NotAProposal),
        ),
        (
            "a byte long",
            [change().bytes(), vec![0]].concat(),
            two_of_three(),
            NOW,
            Some(NotAProposal),
        ),
        (
            "header only",
            change().with(|p| p.payload.clear()).bytes(),
            two_of_three(),
            NOW,
            Some(NotAProposal),
        ),
        (
            "a header cut off",
            change().bytes()[..191].to_vec(),
            two_of_three(),
            NOW,
            Some(NotAProposal),
        ),
        (
            "more written than its length",
            change().with(|p| p.written += 1).bytes(),
            two_of_three(),
            NOW,
            Some(NotAProposal),
        ),
        (
            "sealed before it was whole",
            patched(open_half, 11, 1),
            two_of_three(),
            NOW,
            Some(NotAProposal),
        ),
        (
            "an unknown kind",
            change().with(|p| p.kind = 5).bytes(),
            two_of_three(),
            NOW,
            Some(NotAProposal),
        ),
        (
            "another version",
            patched(change().bytes(), 8, 2),
            two_of_three(),
            NOW,
            Some(UnknownVersion),
        ),
        (
            "consumed",
            patched(change().bytes(), 0, 0),
            two_of_three(),
            NOW,
            Some(NotAProposal),
        ),
        (
            "a config",
            two_of_three(),
            two_of_three(),
            NOW,
            Some(NotAProposal),
        ),
        (
            "4,096 bytes of payload",
            proposal(0, vec![7; 4_096]).bytes(),
            two_of_three(),
            NOW,
            None,
        ),
        (
            "4,097 bytes of payload",
            proposal(0, vec![7; 4_097]).bytes(),
            two_of_three(),
            NOW,
            Some(NotAProposal),
        ),
    ];
    let cases = rows.into_iter().map(|(name, bytes, config, now, expect)| {
        let mut value = outcome(name, expect, decoded(&bytes, &config, now));
        value["name"] = json!(name);
        value["account"] = json!(hex(&bytes));
        value["config"] = json!(hex(&config));
        value["configKey"] = json!(hex(&CONFIG));
        value["now"] = json!(now.to_string());
        value
    });
    file(
        "Proposals: decoded, the hash of their content, and what may be done with them at `now` under a config: enact as \
         their own kind, cancel by an owner, by the payer, by a stranger; or refused.",
        cases.collect(),
    )
}

fn checked(kind: u8, payload: &[u8]) -> Result<Value> {
    let bytes = proposal(kind, payload.to_vec()).bytes();
    let view = ProposalView::open(&bytes)?;
    check_payload(&view, &CONFIG, &VAULT)?;
    Ok(match view.kind() {
        Kind::Grant => {
            let p = GrantPayload::read(&view)?;
            json!({ "grantId": p.grant_id.to_string(), "sessionKey": hex(p.session_key), "terms": hex(p.terms) })
        }
        Kind::Renewal => {
            let p = RenewalPayload::read(&view)?;
            json!({ "session": hex(p.session), "revision": p.revision, "terms": hex(p.terms) })
        }
        Kind::Owners => {
            let p = OwnersPayload::read(&view)?.0;
            let keys = p.keys.iter().map(|owner| hex(owner)).collect::<Vec<_>>();
            json!({ "threshold": p.threshold, "timelockSeconds": p.timelock, "owners": keys })
        }
        kind => {
            let p = PlanPayload::read(&view, kind)?;
            json!({ "keysHash": hex(p.keys_hash), "plan": hex(&payload[32..]), "inner": p.plan.len() })
        }
    })
}

pub fn payloads() -> Value {
    let terms = |change: fn(&mut Terms)| {
        let rule = Rule::new(0, 0, 1, &MOVE, 1);
        Terms::new(&[GAME, BOB], vec![], vec![rule])
            .with(change)
            .bytes()
    };
    let good = || terms(|_| ());
    let grant = |terms: Vec<u8>| [&9u64.to_le_bytes()[..], &SESSION_KEY, &terms].concat();
    let renewal = |terms: Vec<u8>| [&SESSION[..], &2u32.to_le_bytes(), &terms].concat();
    let one = || plan(&[inner(255, 4, &[1, 5], &transfer(7))]);
    let with_hash = |plan: Vec<u8>| [&key(0xab)[..], &plan].concat();
    let owners = owners_payload;
    let cut = |mut bytes: Vec<u8>| {
        bytes.pop();
        bytes
    };
    let many: Vec<Key> = (1..=11).map(|n| key(0x40 + n)).collect();
    let rows: Vec<(&str, u8, Vec<u8>, Option<ErrorCode>)> = vec![
        ("a grant", 0, grant(good()), None),
        (
            "a grant without its key",
            0,
            vec![1; 39],
            Some(ProposalMalformed),
        ),
        (
            "a grant without terms",
            0,
            grant(vec![]),
            Some(TermsMalformed),
        ),
        (
            "a grant with a key by account",
            0,
            grant(terms(|t| t.by_account = 2)),
            Some(ProposalMalformed),
        ),
        (
            "a grant of nothing",
            0,
            grant(terms(|t| t.rules.clear())),
            Some(EmptyScope),
        ),
        (
            "a grant with a byte too many",
            0,
            grant(terms(|t| t.tail = vec![0])),
            Some(TermsMalformed),
        ),
        ("a renewal", 1, renewal(good()), None),
        (
            "a renewal without its revision",
            1,
            vec![1; 35],
            Some(ProposalMalformed),
        ),
        (
            "a renewal with a key by account",
            1,
            renewal(terms(|t| t.by_account = 1)),
            Some(ProposalMalformed),
        ),
        (
            "a renewal with terms cut off",
            1,
            renewal(cut(good())),
            Some(TermsMalformed),
        ),
        ("owners", 2, owners(2, 2_592_000, &COUNCIL), None),
        ("ten owners", 2, owners(10, 0, &many[..10]), None),
        ("eleven owners", 2, owners(1, 0, &many), Some(BadThreshold)),
        ("no owner", 2, owners(1, 0, &[]), Some(BadThreshold)),
        ("threshold 0", 2, owners(0, 0, &COUNCIL), Some(BadThreshold)),
        (
            "a threshold above the owners",
            2,
            owners(5, 0, &COUNCIL),
            Some(BadThreshold),
        ),
        (
            "a timelock of 30 days and a second",
            2,
            owners(1, 2_592_001, &COUNCIL),
            Some(TimelockTooLong),
        ),
        (
            "owners the wrong way round",
            2,
            owners(1, 0, &[COUNCIL[1], COUNCIL[0]]),
            Some(OwnersNotSorted),
        ),
        (
            "an owner twice",
            2,
            owners(1, 0, &[COUNCIL[1], COUNCIL[1]]),
            Some(OwnersNotSorted),
        ),
        (
            "the config as owner",
            2,
            owners(1, 0, &[CONFIG]),
            Some(BadOwner),
        ),
        (
            "the vault as owner",
            2,
            owners(1, 0, &[VAULT]),
            Some(BadOwner),
        ),
        (
            "the default key as owner",
            2,
            owners(1, 0, &[key(0)]),
            Some(BadOwner),
        ),
        (
            "owners cut off",
            2,
            cut(owners(1, 0, &COUNCIL)),
            Some(ProposalMalformed),
        ),
        (
            "owners and a byte",
            2,
            [owners(1, 0, &COUNCIL), vec![0]].concat(),
            Some(ProposalMalformed),
        ),
        ("an owners' plan", 3, with_hash(one()), None),
        ("a recovery", 4, with_hash(one()), None),
        (
            "a plan without its hash",
            3,
            vec![1; 31],
            Some(ProposalMalformed),
        ),
        ("an empty plan", 3, with_hash(vec![0]), Some(EmptyPlan)),
        (
            "a plan cut off",
            4,
            with_hash(cut(one())),
            Some(MalformedPlan),
        ),
        (
            "a plan and a byte",
            3,
            with_hash([one(), vec![0]].concat()),
            Some(TrailingBytes),
        ),
        (
            "a plan under a session's rule",
            3,
            with_hash(plan(&[inner(255, 4, &[], &[]), inner(0, 4, &[], &[])])),
            Some(RuleOutOfRange),
        ),
    ];
    let cases = rows.into_iter().map(|(name, kind, payload, expect)| {
        let mut value = outcome(name, expect, checked(kind, &payload));
        value["name"] = json!(name);
        value["kind"] = json!(kind);
        value["payload"] = json!(hex(&payload));
        value["configKey"] = json!(hex(&CONFIG));
        value["vault"] = json!(hex(&VAULT));
        value
    });
    file(
        "Payloads of proposals by kind (0 grant, 1 renewal, 2 owners, 3 owners' plan, 4 recovery): decoded, or refused \
         when the proposal is sealed.",
        cases.collect(),
    )
}
