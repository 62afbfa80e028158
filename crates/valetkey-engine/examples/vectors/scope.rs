//! Vectors of matching: an inner instruction against the rule that it names.

use super::all::file;
use super::build::*;
use super::json::{hex, outcome};
use serde_json::{json, Value};
use valetkey_engine::layout::Asset;
use valetkey_engine::plan::Inner;
use valetkey_engine::programs::{SYSTEM, TOKEN, TOKEN_2022};
use valetkey_engine::scope::match_inner;
use valetkey_engine::ErrorCode::{self, *};

/// Outer indices of [`accounts`].
mod i {
    pub const SESSION_KEY: u8 = 0;
    pub const SESSION: u8 = 1;
    pub const CONFIG: u8 = 2;
    pub const VAULT: u8 = 3;
    pub const SYSTEM: u8 = 4;
    pub const TOKEN: u8 = 5;
    pub const TOKEN_2022: u8 = 6;
    pub const ATA: u8 = 7;
    pub const GAME: u8 = 8;
    pub const VALETKEY: u8 = 9;
    pub const BOB: u8 = 10;
    pub const EVE: u8 = 11;
    pub const PLAYER: u8 = 12;
    pub const VAULT_TOKEN: u8 = 13;
    pub const VAULT_TOKEN_2: u8 = 14;
    pub const BOB_TOKEN: u8 = 15;
    pub const EVE_TOKEN: u8 = 16;
    pub const DIRTY: u8 = 17;
    pub const VAULT_NATIVE: u8 = 18;
    pub const VAULT_2022: u8 = 19;
    pub const MINT: u8 = 20;
    pub const MINT_2022: u8 = 21;
    pub const GAME_STATE: u8 = 22;
    pub const BOB_OTHER: u8 = 23;
    pub const EVE_READ_ONLY: u8 = 24;
    pub const FORGED: u8 = 25;
    pub const NOBODY: u8 = 99;
}

fn accounts() -> Vec<Account> {
    let token = |n: u8, data: Vec<u8>| account(key(n), TOKEN, data);
    vec![
        program(SYSTEM),
        program(TOKEN),
        program(TOKEN_2022),
        program(valetkey_engine::programs::ASSOCIATED_TOKEN),
        program(GAME),
        program(PROGRAM_ID),
        wallet(BOB),
        wallet(EVE),
        account(PLAYER, GAME, vec![1; 40]),
        token(0x51, token_data(MINT, VAULT, 1_000)),
        token(0x52, token_data(MINT, VAULT, 0)),
        token(0x53, token_data(MINT, BOB, 0)),
        token(0x54, token_data(MINT, EVE, 0)),
        token(0x55, with_close_authority(token_data(MINT, VAULT, 50), EVE)),
        token(
            0x56,
            as_native(token_data(
                valetkey_engine::programs::NATIVE_MINT,
                VAULT,
                70,
            )),
        ),
        account(
            key(0x57),
            TOKEN_2022,
            extended(token_data(MINT_2022, VAULT, 9), &[(7, vec![])]),
        ),
        account(MINT, TOKEN, mint_data(6)).read_only(),
        account(MINT_2022, TOKEN_2022, mint_2022_data(2, &[])).read_only(),
        account(key(0x58), GAME, vec![0; 8]),
        token(0x59, token_data(OTHER_MINT, BOB, 0)),
        wallet(key(0x5a)).read_only(),
        account(key(0x5b), GAME, token_data(MINT, VAULT, 1_000)),
    ]
}

/// Rules of [`rich`], by position.
mod r {
    pub const TRANSFER: u8 = 0;
    pub const CHECKED: u8 = 1;
    pub const TOKEN_TRANSFER: u8 = 2;
    pub const CHECKED_2022: u8 = 3;
    pub const CREATE_ATA: u8 = 4;
    pub const MOVE: u8 = 5;
    pub const SWAP: u8 = 6;
    pub const UNBOUND: u8 = 7;
    pub const SYNC: u8 = 8;
}

/// What a case expects: the visible asset and amount (if any), or a code with the index of its subject.
enum Expect {
    Nothing,
    Sol(u64),
    Mint(u64),
    Mint2022(u64),
    Refused(ErrorCode, u8),
}
use Expect::{Mint, Mint2022, Nothing, Refused, Sol};

struct Case {
    name: &'static str,
    rule: u8,
    program: u8,
    accounts: Vec<u8>,
    data: Vec<u8>,
    expect: Expect,
}

fn case(
    name: &'static str,
    rule: u8,
    program: u8,
    accounts: &[u8],
    data: &[u8],
    expect: Expect,
) -> Case {
    Case {
        name,
        rule,
        program,
        accounts: accounts.to_vec(),
        data: data.to_vec(),
        expect,
    }
}

fn system() -> Vec<Case> {
    let send = |name, accounts: &[u8], data: &[u8], expect| {
        case(name, r::TRANSFER, i::SYSTEM, accounts, data, expect)
    };
    let to_bob = [i::VAULT, i::BOB];
    vec![
        send("SOL to Bob", &to_bob, &transfer(500), Sol(500)),
        send("no SOL to Bob", &to_bob, &transfer(0), Nothing),
        send(
            "more than the argument allows",
            &to_bob,
            &transfer(501),
            Refused(DataConstraintFailed, 0),
        ),
        send(
            "to Eve",
            &[i::VAULT, i::EVE],
            &transfer(1),
            Refused(AccountConstraintFailed, 1),
        ),
        send(
            "to the vault itself",
            &[i::VAULT, i::VAULT],
            &transfer(1),
            Refused(VaultNotAllowed, 1),
        ),
        send(
            "from Bob",
            &[i::BOB, i::BOB],
            &transfer(1),
            Refused(SourceNotVaults, 0),
        ),
        send(
            "an account too many",
            &[i::VAULT, i::BOB, i::EVE],
            &transfer(1),
            Refused(AccountCountRefused, 255),
        ),
        send(
            "an account too few",
            &[i::VAULT],
            &transfer(1),
            Refused(AccountCountRefused, 255),
        ),
        send(
            "an account that isn't there",
            &[i::VAULT, i::NOBODY],
            &transfer(1),
            Refused(IndexOutOfRange, 1),
        ),
        send(
            "Assign instead",
            &to_bob,
            &[1, 0, 0, 0],
            Refused(InstructionNotInScope, 255),
        ),
        send(
            "the first byte alone",
            &to_bob,
            &[2],
            Refused(InstructionNotInScope, 255),
        ),
        send("no data", &to_bob, &[], Refused(InstructionNotInScope, 255)),
        send(
            "the amount cut short",
            &to_bob,
            &transfer(1)[..11],
            Refused(TypedDataRefused, 255),
        ),
        send(
            "a byte behind the amount",
            &to_bob,
            &[transfer(1), vec![0]].concat(),
            Refused(TypedDataRefused, 255),
        ),
        send(
            "to the session key",
            &[i::VAULT, i::SESSION_KEY],
            &transfer(1),
            Refused(ForbiddenAccount, 1),
        ),
        case(
            "a rule that the session doesn't have",
            9,
            i::SYSTEM,
            &to_bob,
            &transfer(1),
            Refused(RuleOutOfRange, 255),
        ),
        case(
            "rule 255",
            255,
            i::SYSTEM,
            &to_bob,
            &transfer(1),
            Refused(RuleOutOfRange, 255),
        ),
        case(
            "the rule of another program",
            r::MOVE,
            i::SYSTEM,
            &to_bob,
            &transfer(1),
            Refused(ProgramNotInScope, i::SYSTEM),
        ),
        case(
            "another program than the rule's",
            r::TRANSFER,
            i::GAME,
            &to_bob,
            &transfer(1),
            Refused(ProgramNotInScope, i::GAME),
        ),
        case(
            "a program that isn't there",
            r::TRANSFER,
            i::NOBODY,
            &to_bob,
            &transfer(1),
            Refused(IndexOutOfRange, i::NOBODY),
        ),
        case(
            "this program",
            r::TRANSFER,
            i::VALETKEY,
            &to_bob,
            &transfer(1),
            Refused(SelfCall, i::VALETKEY),
        ),
        case(
            "the session as program",
            r::TRANSFER,
            i::SESSION,
            &to_bob,
            &transfer(1),
            Refused(ForbiddenAccount, i::SESSION),
        ),
    ]
}

fn tokens() -> Vec<Case> {
    let checked = |name, accounts: &[u8], expect| {
        case(
            name,
            r::CHECKED,
            i::TOKEN,
            accounts,
            &token_transfer_checked(40, 6),
            expect,
        )
    };
    let plain = |name, accounts: &[u8], expect| {
        case(
            name,
            r::TOKEN_TRANSFER,
            i::TOKEN,
            accounts,
            &token_transfer(40),
            expect,
        )
    };
    let data = |name, data: &[u8], expect| {
        case(
            name,
            r::TOKEN_TRANSFER,
            i::TOKEN,
            &[i::VAULT_TOKEN, i::BOB_TOKEN, i::VAULT],
            data,
            expect,
        )
    };
    vec![
        checked(
            "to an account of Bob",
            &[i::VAULT_TOKEN, i::MINT, i::BOB_TOKEN, i::VAULT],
            Mint(40),
        ),
        checked(
            "to an account of Eve",
            &[i::VAULT_TOKEN, i::MINT, i::EVE_TOKEN, i::VAULT],
            Refused(AccountConstraintFailed, 2),
        ),
        checked(
            "to an account of Bob of another mint",
            &[i::VAULT_TOKEN, i::MINT, i::BOB_OTHER, i::VAULT],
            Refused(AccountConstraintFailed, 2),
        ),
        checked(
            "another mint than the source's",
            &[i::VAULT_TOKEN, i::MINT_2022, i::BOB_TOKEN, i::VAULT],
            Refused(TypedAccountsRefused, 1),
        ),
        checked(
            "Bob as authority",
            &[i::VAULT_TOKEN, i::MINT, i::BOB_TOKEN, i::BOB],
            Refused(TypedAccountsRefused, 3),
        ),
        checked(
            "a trailing signer",
            &[i::VAULT_TOKEN, i::MINT, i::BOB_TOKEN, i::VAULT, i::EVE],
            Refused(AccountCountRefused, 255),
        ),
        plain(
            "to anybody",
            &[i::VAULT_TOKEN, i::EVE_TOKEN, i::VAULT],
            Mint(40),
        ),
        plain(
            "to another account of the vault",
            &[i::VAULT_TOKEN, i::VAULT_TOKEN_2, i::VAULT],
            Nothing,
        ),
        plain(
            "to an account of the vault that Eve may close",
            &[i::VAULT_TOKEN, i::DIRTY, i::VAULT],
            Mint(40),
        ),
        plain(
            "from an account that Eve may close",
            &[i::DIRTY, i::BOB_TOKEN, i::VAULT],
            Refused(SourceNotVaults, 0),
        ),
        plain(
            "from Bob's account",
            &[i::BOB_TOKEN, i::EVE_TOKEN, i::VAULT],
            Refused(SourceNotVaults, 0),
        ),
        plain(
            "from an account of the other token program",
            &[i::VAULT_2022, i::EVE_TOKEN, i::VAULT],
            Refused(SourceNotVaults, 0),
        ),
        plain(
            "from a forged account",
            &[i::FORGED, i::EVE_TOKEN, i::VAULT],
            Refused(SourceNotVaults, 0),
        ),
        plain(
            "to itself",
            &[i::VAULT_TOKEN, i::VAULT_TOKEN, i::VAULT],
            Refused(SelfTransfer, 0),
        ),
        plain(
            "wrapped SOL counts as SOL",
            &[i::VAULT_NATIVE, i::EVE_TOKEN, i::VAULT],
            Sol(40),
        ),
        plain(
            "the vault as destination",
            &[i::VAULT_TOKEN, i::VAULT, i::VAULT],
            Refused(VaultNotAllowed, 1),
        ),
        data(
            "Transfer cut short",
            &token_transfer(1)[..8],
            Refused(TypedDataRefused, 255),
        ),
        data(
            "Transfer with a byte behind",
            &[token_transfer(1), vec![0]].concat(),
            Refused(TypedDataRefused, 255),
        ),
        data(
            "Batch",
            &[255, 3, 9, 3, 1, 0, 0, 0, 0, 0, 0, 0],
            Refused(InstructionNotInScope, 255),
        ),
        data("zero units", &token_transfer(0), Nothing),
        case(
            "Token-2022 to anybody",
            r::CHECKED_2022,
            i::TOKEN_2022,
            &[i::VAULT_2022, i::MINT_2022, i::EVE_TOKEN, i::VAULT],
            &token_transfer_checked(3, 2),
            Mint2022(3),
        ),
        case(
            "SyncNative of the vault's wrapped SOL",
            r::SYNC,
            i::TOKEN,
            &[i::VAULT_NATIVE],
            &[17],
            Nothing,
        ),
        case(
            "SyncNative of another mint",
            r::SYNC,
            i::TOKEN,
            &[i::VAULT_TOKEN],
            &[17],
            Refused(SourceNotVaults, 0),
        ),
        case(
            "SyncNative of Bob's",
            r::SYNC,
            i::TOKEN,
            &[i::BOB_TOKEN],
            &[17],
            Refused(SourceNotVaults, 0),
        ),
        case(
            "SyncNative with a byte behind",
            r::SYNC,
            i::TOKEN,
            &[i::VAULT_NATIVE],
            &[17, 0],
            Refused(TypedDataRefused, 255),
        ),
    ]
}

fn ata() -> Vec<Case> {
    let create = |name, accounts: [u8; 6], data: &[u8], expect| {
        case(name, r::CREATE_ATA, i::ATA, &accounts, data, expect)
    };
    let good = [i::VAULT, i::BOB_TOKEN, i::BOB, i::MINT, i::SYSTEM, i::TOKEN];
    let with = |at: usize, index: u8| {
        let mut accounts = good;
        accounts[at] = index;
        accounts
    };
    vec![
        create("an account for Bob", good, &[1], Nothing),
        create(
            "an account for Bob, Token-2022",
            with(5, i::TOKEN_2022),
            &[1],
            Nothing,
        ),
        create(
            "an account for Eve",
            with(2, i::EVE),
            &[1],
            Refused(AccountConstraintFailed, 2),
        ),
        create(
            "an account for the vault, which the rule doesn't say",
            with(2, i::VAULT),
            &[1],
            Refused(VaultNotAllowed, 2),
        ),
        create(
            "at Bob's cost",
            with(0, i::BOB),
            &[1],
            Refused(TypedAccountsRefused, 0),
        ),
        create(
            "another System program",
            with(4, i::GAME),
            &[1],
            Refused(TypedAccountsRefused, 4),
        ),
        create(
            "another token program",
            with(5, i::GAME),
            &[1],
            Refused(TypedAccountsRefused, 5),
        ),
        create(
            "Create, not idempotent",
            good,
            &[0],
            Refused(InstructionNotInScope, 255),
        ),
        create(
            "no data means Create",
            good,
            &[],
            Refused(InstructionNotInScope, 255),
        ),
        create(
            "a byte behind",
            good,
            &[1, 0],
            Refused(TypedDataRefused, 255),
        ),
    ]
}

fn game() -> Vec<Case> {
    let args = |kind: u8, number: i64| [&MOVE[..], &[kind], &number.to_le_bytes()].concat();
    let step = |name, accounts: &[u8], data: &[u8], expect| {
        case(name, r::MOVE, i::GAME, accounts, data, expect)
    };
    let good = [i::VAULT, i::GAME_STATE, i::EVE_READ_ONLY];
    let swap =
        |name, accounts: &[u8], expect| case(name, r::SWAP, i::GAME, accounts, &SWAP, expect);
    let unbound =
        |name, account: u8, expect| case(name, r::UNBOUND, i::GAME, &[account], &[7], expect);
    vec![
        step("a move", &good, &args(2, 0), Nothing),
        step("the least signed number", &good, &args(4, -5), Nothing),
        step(
            "a signed number below",
            &good,
            &args(1, -6),
            Refused(DataConstraintFailed, 1),
        ),
        step(
            "the least number there is",
            &good,
            &args(1, i64::MIN),
            Refused(DataConstraintFailed, 1),
        ),
        step(
            "a value outside the set",
            &good,
            &args(3, 0),
            Refused(DataConstraintFailed, 0),
        ),
        step(
            "an argument that isn't there",
            &good,
            &MOVE,
            Refused(DataConstraintFailed, 0),
        ),
        step(
            "an argument cut short",
            &good,
            &args(2, 0)[..16],
            Refused(DataConstraintFailed, 1),
        ),
        step(
            "another instruction",
            &good,
            &[&SWAP[..], &[2], &[0; 8]].concat(),
            Refused(InstructionNotInScope, 255),
        ),
        step(
            "seven bytes of the discriminator",
            &good,
            &MOVE[..7],
            Refused(InstructionNotInScope, 255),
        ),
        step(
            "Bob where the vault belongs",
            &[i::BOB, i::GAME_STATE, i::EVE_READ_ONLY],
            &args(2, 0),
            Refused(AccountConstraintFailed, 0),
        ),
        step(
            "a wallet where the game's account belongs",
            &[i::VAULT, i::BOB, i::EVE_READ_ONLY],
            &args(2, 0),
            Refused(AccountConstraintFailed, 1),
        ),
        step(
            "a token account where the game's account belongs",
            &[i::VAULT, i::BOB_TOKEN, i::EVE_READ_ONLY],
            &args(2, 0),
            Refused(AccountConstraintFailed, 1),
        ),
        step(
            "the vault where the game's account belongs",
            &[i::VAULT, i::VAULT, i::EVE_READ_ONLY],
            &args(2, 0),
            Refused(VaultNotAllowed, 1),
        ),
        step(
            "a writable stranger at a free position",
            &[i::VAULT, i::GAME_STATE, i::EVE],
            &args(2, 0),
            Refused(UnboundPosition, 2),
        ),
        step(
            "a program at a free position",
            &[i::VAULT, i::GAME_STATE, i::SYSTEM],
            &args(2, 0),
            Refused(UnboundPosition, 2),
        ),
        step(
            "the vault at a free position",
            &[i::VAULT, i::GAME_STATE, i::VAULT],
            &args(2, 0),
            Refused(VaultNotAllowed, 2),
        ),
        step(
            "a clean account at a free position",
            &[i::VAULT, i::GAME_STATE, i::VAULT_TOKEN],
            &args(2, 0),
            Nothing,
        ),
        step(
            "a dirty account at a free position",
            &[i::VAULT, i::GAME_STATE, i::DIRTY],
            &args(2, 0),
            Refused(UnboundPosition, 2),
        ),
        step(
            "the config at a free position",
            &[i::VAULT, i::GAME_STATE, i::CONFIG],
            &args(2, 0),
            Refused(ForbiddenAccount, 2),
        ),
        step(
            "the session at a free position",
            &[i::VAULT, i::GAME_STATE, i::SESSION],
            &args(2, 0),
            Refused(ForbiddenAccount, 2),
        ),
        step(
            "the session key at a free position",
            &[i::VAULT, i::GAME_STATE, i::SESSION_KEY],
            &args(2, 0),
            Refused(ForbiddenAccount, 2),
        ),
        step(
            "this program at a free position",
            &[i::VAULT, i::GAME_STATE, i::VALETKEY],
            &args(2, 0),
            Refused(ForbiddenAccount, 2),
        ),
        swap(
            "a swap",
            &[i::VAULT, i::VAULT_TOKEN, i::PLAYER, i::EVE],
            Nothing,
        ),
        swap(
            "a swap with one account more",
            &[
                i::VAULT,
                i::VAULT_TOKEN,
                i::PLAYER,
                i::EVE,
                i::EVE_READ_ONLY,
            ],
            Nothing,
        ),
        swap(
            "a swap into Bob's account",
            &[i::VAULT, i::BOB_TOKEN, i::PLAYER, i::EVE],
            Refused(AccountConstraintFailed, 1),
        ),
        swap(
            "a swap into a dirty account",
            &[i::VAULT, i::DIRTY, i::PLAYER, i::EVE],
            Refused(AccountConstraintFailed, 1),
        ),
        swap(
            "a swap into an account of another mint",
            &[i::VAULT, i::VAULT_2022, i::PLAYER, i::EVE],
            Refused(AccountConstraintFailed, 1),
        ),
        swap(
            "a swap into a forged account",
            &[i::VAULT, i::FORGED, i::PLAYER, i::EVE],
            Refused(AccountConstraintFailed, 1),
        ),
        swap(
            "another player",
            &[i::VAULT, i::VAULT_TOKEN, i::GAME_STATE, i::EVE],
            Refused(AccountConstraintFailed, 2),
        ),
        swap(
            "any, but not the vault",
            &[i::VAULT, i::VAULT_TOKEN, i::PLAYER, i::VAULT],
            Refused(VaultNotAllowed, 3),
        ),
        unbound("an unbound position", i::EVE, Nothing),
        unbound("an unbound program", i::SYSTEM, Nothing),
        unbound(
            "unbound, and the vault",
            i::VAULT,
            Refused(VaultNotAllowed, 0),
        ),
        unbound(
            "unbound, and the session",
            i::SESSION,
            Refused(ForbiddenAccount, 0),
        ),
        case(
            "one byte of another instruction",
            r::UNBOUND,
            i::GAME,
            &[i::EVE],
            &[8],
            Refused(InstructionNotInScope, 255),
        ),
    ]
}

pub fn matches() -> Value {
    let session = rich_session();
    let world = world(&session, accounts());
    let view = open(&session);
    let cases = [system(), tokens(), ata(), game()].into_iter().flatten();
    let cases = cases
        .map(|case| {
            let inner = Inner { rule: case.rule, program: case.program, accounts: &case.accounts, data: &case.data };
            let found = match_inner(&view, &inner, &world, &VAULT, 4);
            check(&case, &found);
            let expect = if let Refused(code, _) = case.expect { Some(code) } else { None };
            let found = found.map(|matched| {
                let visible = matched.visible.map(|visible| {
                    let asset = match visible.asset {
                        Asset::Sol => "SOL".to_owned(),
                        Asset::Mint(mint) => hex(mint),
                    };
                    let limit = view.limit_of(&visible.asset);
                    json!({ "asset": asset, "amount": visible.amount.to_string(), "limit": limit })
                });
                json!({ "rule": matched.rule_index, "ruleId": matched.rule.id(), "visible": visible })
            });
            let mut value = outcome(case.name, expect, found);
            value["name"] = json!(case.name);
            value["inner"] = json!({ "rule": case.rule, "program": case.program, "accounts": case.accounts, "data": hex(&case.data) });
            value
        })
        .collect();
    let accounts: Vec<Value> = world
        .0
        .iter()
        .map(|a| {
            json!({ "key": hex(&a.key), "owner": hex(&a.owner), "writable": a.writable, "executable": a.executable, "data": hex(&a.data) })
        })
        .collect();
    let mut value = file(
        "Inner instructions against the rule that they name, as number 4 of a plan. One session and one list of outer \
         accounts for all cases. `visible` is what the typed instruction will take from the vault's holdings, with the \
         position of its limit; null when its data doesn't say or nothing leaves. Protected: session key, session, config, program id.",
        cases,
    );
    value["session"] = json!(hex(&session));
    value["sessionAddress"] = json!(hex(&SESSION));
    value["programId"] = json!(hex(&PROGRAM_ID));
    value["accounts"] = json!(accounts);
    value
}

/// The hand-written expectation beyond the code: subject index of a refusal, or what is visible.
fn check(case: &Case, found: &valetkey_engine::Result<valetkey_engine::scope::Matched>) {
    let name = case.name;
    match (found, &case.expect) {
        (Err(refusal), Refused(_, index)) => {
            assert_eq!(
                (refusal.index, refusal.inner, refusal.rule),
                (*index, 4, case.rule),
                "{name}"
            );
        }
        (Ok(matched), expect) => {
            let expected = match expect {
                Sol(amount) => Some((Asset::Sol, *amount)),
                Mint(amount) => Some((Asset::Mint(&MINT), *amount)),
                Mint2022(amount) => Some((Asset::Mint(&MINT_2022), *amount)),
                Nothing | Refused(..) => None,
            };
            assert_eq!(
                matched.visible.map(|v| (v.asset, v.amount)),
                expected,
                "{name}"
            );
        }
        (Err(refusal), _) => panic!("{name}: {}", refusal.name()),
    }
}
