//! Sessions as the engine writes them, and a game's instruction around them.

use crate::build::{self, *};
use valetkey_engine::layout::{config, session, write_canonical_config};
use valetkey_engine::Key;
use valetkey_verify::{verify, Account as Any, Expect, Refusal, SessionAccounts, Verified};

/// The game's instruction: `MOVE`, then a `u64`.
pub fn data(amount: u64) -> Vec<u8> {
    [&MOVE[..], &amount.to_le_bytes()].concat()
}

/// A native rule for it with two accounts, both bound: the player, and an account of the game.
pub fn rule(id: u16) -> Rule {
    Rule::new(0, 0, id, &MOVE, 2)
        .native()
        .at(0, 0, &[1])
        .at(1, 6, &[])
}

pub fn terms(rules: Vec<Rule>) -> Terms {
    Terms::new(&[GAME, PLAYER, BOB, MINT, EVE], vec![], rules)
}

/// A session under these rules, with unlimited uses.
pub fn unlimited(rules: Vec<Rule>) -> Vec<u8> {
    session_of(&terms(rules).with(|terms| (terms.flags, terms.uses) = (2, 0)))
}

pub fn session_of(terms: &Terms) -> Vec<u8> {
    grant(&terms.bytes(), &Given::default()).unwrap()
}

/// The owner's canonical vault config.
pub fn canonical() -> Vec<u8> {
    let mut out = vec![0; config::SIZE];
    write_canonical_config(&mut out, &OWNER, 0, 255, 254, &VAULT).unwrap();
    out[config::offset::EPOCH..][..8].copy_from_slice(&build::context().epoch.to_le_bytes());
    out
}

/// What a game is called with; the tests change it.
#[derive(Clone)]
pub struct Call {
    pub session_key: build::Account,
    pub signs: bool,
    pub session: build::Account,
    pub config: build::Account,
    pub valetkey: Key,
    pub program: Key,
    pub authority: Key,
    pub data: Vec<u8>,
    pub accounts: Vec<build::Account>,
    pub now: i64,
}

impl Call {
    /// An honest call of [`rule`] in `session`.
    pub fn new(session: Vec<u8>) -> Self {
        Self {
            session_key: wallet(SESSION_KEY),
            signs: true,
            session: account(SESSION, PROGRAM_ID, session),
            config: account(CONFIG, PROGRAM_ID, canonical()),
            valetkey: PROGRAM_ID,
            program: GAME,
            authority: OWNER,
            data: data(5),
            accounts: vec![wallet(PLAYER), account(key(0x61), GAME, vec![1; 8])],
            now: NOW,
        }
    }

    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Changes bytes of the session.
    pub fn patched(self, at: usize, bytes: &[u8]) -> Self {
        self.with(|call| call.session.data[at..at + bytes.len()].copy_from_slice(bytes))
    }

    pub fn session_accounts(&self) -> SessionAccounts<'_, &[u8]> {
        SessionAccounts {
            session_key: Any {
                is_signer: self.signs,
                ..view(&self.session_key)
            },
            session: view(&self.session),
            config: view(&self.config),
        }
    }

    pub fn expect<'a>(&'a self) -> Expect<'a, Vec<Any<'a, &'a [u8]>>> {
        Expect {
            valetkey: &self.valetkey,
            program_id: &self.program,
            authority: &self.authority,
            ix_data: &self.data,
            accounts: self.accounts.iter().map(view).collect(),
        }
    }

    pub fn verify(&self) -> Result<Verified, Refusal> {
        verify(&self.session_accounts(), &self.expect(), self.now)
    }

    /// The name of the refusal.
    pub fn refused(&self) -> &'static str {
        self.verify().unwrap_err().name()
    }
}

fn view(account: &build::Account) -> Any<'_, &[u8]> {
    Any {
        key: &account.key,
        owner: &account.owner,
        data: &account.data,
        is_signer: false,
        is_writable: account.writable,
        executable: account.executable,
    }
}

/// Offsets in the session's header.
pub use session::offset;
