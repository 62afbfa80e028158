//! Builders of terms, rules, plans and accounts, written against `docs/layout.md` and not against the engine.

#![allow(dead_code, reason = "examples and tests each use a part")]

use valetkey_engine::accounts::Accounts;
use valetkey_engine::layout::SessionView;
use valetkey_engine::terms::{write_session, TermsAccounts, TermsContext};
use valetkey_engine::{programs, Key, Result};

pub const NOW: i64 = 1_800_000_000;
pub const DAY: i64 = 86_400;

/// A key of our own making: 32 times the same byte.
pub const fn key(n: u8) -> Key {
    [n; 32]
}

pub const PROGRAM_ID: Key = key(0xf0);
pub const CONFIG: Key = key(0xf1);
pub const VAULT: Key = key(0xf2);
pub const SESSION_KEY: Key = key(0xf3);
pub const SESSION: Key = key(0xf4);
pub const PAYER: Key = key(0xf5);
pub const OWNER: Key = key(0xf6);
pub const GUARDIAN: Key = key(0xf7);
pub const GAME: Key = key(0x10);
pub const BOB: Key = key(0x21);
pub const EVE: Key = key(0x22);
pub const MINT: Key = key(0x31);
pub const MINT_2022: Key = key(0x32);
pub const OTHER_MINT: Key = key(0x33);
pub const PLAYER: Key = key(0x41);

pub fn context() -> TermsContext<'static> {
    TermsContext {
        now: NOW,
        epoch: 3,
        grant_id: 0x1122_3344_5566_7788,
        grant_deadline: NOW,
        config: &CONFIG,
        vault: &VAULT,
        session_key: &SESSION_KEY,
        rent_payer: &PAYER,
        program_id: &PROGRAM_ID,
        session_bump: 254,
        vault_bump: 253,
        created_at: NOW,
    }
}

#[derive(Clone, Debug)]
pub struct Rule {
    pub program: u8,
    pub mode: u8,
    pub id: u16,
    pub flags: u8,
    pub kind: u8,
    pub min: u8,
    pub max: u8,
    pub discriminator: Vec<u8>,
    pub uses: Option<(u32, u32)>,
    pub floor: Option<(u8, u8, u64, u64)>,
    /// Programdata (key index), slot.
    pub pin: Option<(u8, u64)>,
    /// Offset, field kind, total, spent.
    pub cap: Option<(u16, u8, u64, u64)>,
    pub data: Vec<Vec<u8>>,
    pub positions: Vec<Vec<u8>>,
}

impl Rule {
    pub fn new(program: u8, kind: u8, id: u16, discriminator: &[u8], accounts: u8) -> Self {
        let (min, max) = (accounts, accounts);
        let discriminator = discriminator.to_vec();
        let (data, positions) = (vec![], vec![]);
        Self {
            program,
            mode: 0,
            id,
            flags: 0,
            kind,
            min,
            max,
            discriminator,
            uses: None,
            floor: None,
            pin: None,
            cap: None,
            data,
            positions,
        }
    }

    pub fn uses(mut self, allowed: u32) -> Self {
        self.flags |= 1;
        self.uses = Some((allowed, 0));
        self
    }

    pub fn floor(mut self, give: u8, get: u8, min: u64, per: u64) -> Self {
        self.flags |= 2;
        self.floor = Some((give, get, min, per));
        self
    }

    pub fn native(mut self) -> Self {
        self.mode = 1;
        self
    }

    pub fn pin(mut self, programdata: u8, slot: u64) -> Self {
        self.flags |= 8;
        self.pin = Some((programdata, slot));
        self
    }

    pub fn cap(mut self, offset: u16, kind: u8, total: u64) -> Self {
        self.flags |= 16;
        self.cap = Some((offset, kind, total, 0));
        self
    }

    /// Data constraint: offset, field kind, operator, payload.
    pub fn arg(mut self, offset: u16, kind: u8, operator: u8, payload: &[u8]) -> Self {
        let mut bytes = offset.to_le_bytes().to_vec();
        bytes.extend([kind, operator, payload.len() as u8]);
        bytes.extend(payload);
        self.data.push(bytes);
        self
    }

    /// Account constraint: position, kind, payload.
    pub fn at(mut self, position: u8, kind: u8, payload: &[u8]) -> Self {
        let mut bytes = vec![position, kind, payload.len() as u8];
        bytes.extend(payload);
        self.positions.push(bytes);
        self
    }

    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut out = vec![self.program, self.mode];
        out.extend(self.id.to_le_bytes());
        out.extend([
            self.flags,
            self.kind,
            self.min,
            self.max,
            self.discriminator.len() as u8,
        ]);
        out.extend([self.data.len() as u8, self.positions.len() as u8]);
        out.extend(&self.discriminator);
        if let Some((allowed, spent)) = self.uses {
            out.extend(allowed.to_le_bytes());
            out.extend(spent.to_le_bytes());
        }
        if let Some((give, get, min, per)) = self.floor {
            out.extend([give, get]);
            out.extend(min.to_le_bytes());
            out.extend(per.to_le_bytes());
        }
        if let Some((programdata, slot)) = self.pin {
            out.push(programdata);
            out.extend(slot.to_le_bytes());
        }
        if let Some((offset, kind, total, spent)) = self.cap {
            out.extend(offset.to_le_bytes());
            out.push(kind);
            out.extend(total.to_le_bytes());
            out.extend(spent.to_le_bytes());
        }
        self.data
            .iter()
            .chain(&self.positions)
            .for_each(|part| out.extend(part));
        out
    }
}

#[derive(Clone, Default, Debug)]
pub struct Limit {
    pub asset: u8,
    pub source: u8,
    pub total: u64,
    pub per_execute: Option<u64>,
    pub per_period: Option<(u64, u32)>,
}

pub fn limit(asset: u8, total: u64) -> Limit {
    Limit {
        asset,
        source: 255,
        total,
        per_execute: None,
        per_period: None,
    }
}

impl Limit {
    pub fn bytes(&self) -> Vec<u8> {
        let flags = u8::from(self.per_execute.is_some()) | u8::from(self.per_period.is_some()) << 1;
        let mut out = vec![self.asset, self.source, flags];
        out.extend(self.total.to_le_bytes());
        if let Some(amount) = self.per_execute {
            out.extend(amount.to_le_bytes());
        }
        if let Some((amount, seconds)) = self.per_period {
            out.extend(amount.to_le_bytes());
            out.extend(seconds.to_le_bytes());
        }
        out
    }
}

#[derive(Clone, Debug)]
pub struct Terms {
    pub version: u8,
    pub flags: u8,
    pub starts_at: i64,
    pub expires_at: i64,
    pub uses: u32,
    pub keys: Vec<Key>,
    pub by_account: u32,
    /// Sponsor (key index), total, per execute.
    pub fee: Option<(u8, u64, u64)>,
    pub origin: Option<Key>,
    pub guardian: Option<u8>,
    pub extensions: Option<u64>,
    pub limits: Vec<Limit>,
    pub rules: Vec<Rule>,
    pub tail: Vec<u8>,
}

impl Terms {
    pub fn new(keys: &[Key], limits: Vec<Limit>, rules: Vec<Rule>) -> Self {
        Self {
            version: 1,
            flags: 0,
            starts_at: NOW,
            expires_at: NOW + DAY,
            uses: 100,
            keys: keys.to_vec(),
            by_account: 0,
            fee: None,
            origin: None,
            guardian: None,
            extensions: None,
            limits,
            rules,
            tail: vec![],
        }
    }

    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let flags = self.flags
            | u8::from(self.fee.is_some()) << 4
            | u8::from(self.origin.is_some()) << 5
            | u8::from(self.guardian.is_some()) << 6
            | u8::from(self.extensions.is_some()) << 7;
        let mut out = vec![self.version, flags];
        out.extend(self.starts_at.to_le_bytes());
        out.extend(self.expires_at.to_le_bytes());
        out.extend(self.uses.to_le_bytes());
        out.extend([
            self.keys.len() as u8,
            self.limits.len() as u8,
            self.rules.len() as u8,
        ]);
        out.extend(self.by_account.to_le_bytes());
        if let Some((sponsor, total, per_execute)) = self.fee {
            out.push(sponsor);
            out.extend(total.to_le_bytes());
            out.extend(per_execute.to_le_bytes());
        }
        self.origin.iter().for_each(|hash| out.extend(hash));
        out.extend(self.guardian);
        self.extensions
            .iter()
            .for_each(|word| out.extend(word.to_le_bytes()));
        let inline = self
            .keys
            .iter()
            .enumerate()
            .filter(|(i, _)| *i >= 32 || self.by_account >> i & 1 == 0);
        inline.for_each(|(_, key)| out.extend(key));
        self.limits
            .iter()
            .for_each(|limit| out.extend(limit.bytes()));
        self.rules.iter().for_each(|rule| out.extend(rule.bytes()));
        out.extend(&self.tail);
        out
    }
}

/// The accounts of terms: keys by account and mints.
#[derive(Clone, Default)]
pub struct Given(pub Vec<Account>);

impl TermsAccounts for Given {
    fn key(&self, i: usize) -> Option<&Key> {
        self.0.get(i).map(|account| &account.key)
    }
    fn mint(&self, key: &Key) -> Option<(&Key, &[u8])> {
        let found = self.0.iter().find(|account| account.key == *key)?;
        Some((&found.owner, &found.data))
    }
}

pub fn grant(terms: &[u8], given: &Given) -> Result<Vec<u8>> {
    let mut out = vec![0xaa; 3_072];
    let size = write_session(terms, &context(), given, &mut out)?;
    out.truncate(size);
    Ok(out)
}

#[derive(Clone)]
pub struct Account {
    pub key: Key,
    pub owner: Key,
    pub writable: bool,
    pub executable: bool,
    pub data: Vec<u8>,
}

pub fn account(key: Key, owner: Key, data: Vec<u8>) -> Account {
    Account {
        key,
        owner,
        writable: true,
        executable: false,
        data,
    }
}

pub fn wallet(key: Key) -> Account {
    account(key, programs::SYSTEM, vec![])
}

pub fn program(key: Key) -> Account {
    let loader = programs::RESERVED[3];
    Account {
        key,
        owner: loader,
        writable: false,
        executable: true,
        data: vec![0; 36],
    }
}

impl Account {
    pub fn read_only(mut self) -> Self {
        self.writable = false;
        self
    }
}

pub fn mint_data(decimals: u8) -> Vec<u8> {
    let mut data = vec![0; 82];
    data[36..44].copy_from_slice(&1_000_000u64.to_le_bytes());
    data[44] = decimals;
    data[45] = 1;
    data
}

/// An extended mint: extensions by type and value.
pub fn mint_2022_data(decimals: u8, extensions: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut data = mint_data(decimals);
    data.resize(165, 0);
    data.push(1);
    for (kind, value) in extensions {
        data.extend(kind.to_le_bytes());
        data.extend((value.len() as u16).to_le_bytes());
        data.extend(value);
    }
    data
}

pub fn token_data(mint: Key, owner: Key, amount: u64) -> Vec<u8> {
    let mut data = vec![0; 165];
    data[..32].copy_from_slice(&mint);
    data[32..64].copy_from_slice(&owner);
    data[64..72].copy_from_slice(&amount.to_le_bytes());
    data[108] = 1;
    data
}

pub fn with_delegate(mut data: Vec<u8>, delegate: Key, amount: u64) -> Vec<u8> {
    data[72] = 1;
    data[76..108].copy_from_slice(&delegate);
    data[121..129].copy_from_slice(&amount.to_le_bytes());
    data
}

pub fn with_close_authority(mut data: Vec<u8>, authority: Key) -> Vec<u8> {
    data[129] = 1;
    data[133..165].copy_from_slice(&authority);
    data
}

pub fn as_native(mut data: Vec<u8>) -> Vec<u8> {
    data[109] = 1;
    data[113..121].copy_from_slice(&2_039_280u64.to_le_bytes());
    data
}

pub fn extended(mut data: Vec<u8>, extensions: &[(u16, Vec<u8>)]) -> Vec<u8> {
    data.push(2);
    for (kind, value) in extensions {
        data.extend(kind.to_le_bytes());
        data.extend((value.len() as u16).to_le_bytes());
        data.extend(value);
    }
    data
}

/// The accounts of an execute.
#[derive(Clone)]
pub struct World(pub Vec<Account>);

impl Accounts for World {
    fn len(&self) -> usize {
        self.0.len()
    }
    fn key(&self, i: usize) -> &Key {
        &self.0[i].key
    }
    fn owner(&self, i: usize) -> &Key {
        &self.0[i].owner
    }
    fn is_writable(&self, i: usize) -> bool {
        self.0[i].writable
    }
    fn is_executable(&self, i: usize) -> bool {
        self.0[i].executable
    }
    fn data(&self, i: usize) -> &[u8] {
        &self.0[i].data
    }
    fn is_vault(&self, i: usize) -> bool {
        self.0[i].key == VAULT
    }
    fn is_protected(&self, i: usize) -> bool {
        [SESSION_KEY, SESSION, CONFIG, PROGRAM_ID].contains(&self.0[i].key)
    }
}

/// The first four accounts of every execute, then `rest`.
pub fn world(session: &[u8], rest: Vec<Account>) -> World {
    let mut all = vec![
        wallet(SESSION_KEY),
        account(SESSION, PROGRAM_ID, session.to_vec()),
        account(CONFIG, PROGRAM_ID, vec![0; 488]).read_only(),
        wallet(VAULT),
    ];
    all.extend(rest);
    World(all)
}

pub fn open(session: &[u8]) -> SessionView<'_> {
    SessionView::open(session).expect("a session that the engine wrote")
}

/// Bytes of an inner instruction in a plan.
pub fn inner(rule: u8, program: u8, accounts: &[u8], data: &[u8]) -> Vec<u8> {
    let mut out = vec![rule, program, accounts.len() as u8];
    out.extend(accounts);
    out.extend((data.len() as u16).to_le_bytes());
    out.extend(data);
    out
}

pub fn plan(inners: &[Vec<u8>]) -> Vec<u8> {
    let mut out = vec![inners.len() as u8];
    inners.iter().for_each(|inner| out.extend(inner));
    out
}

pub fn transfer(lamports: u64) -> Vec<u8> {
    let mut data = vec![2, 0, 0, 0];
    data.extend(lamports.to_le_bytes());
    data
}

pub fn token_transfer(amount: u64) -> Vec<u8> {
    let mut data = vec![3];
    data.extend(amount.to_le_bytes());
    data
}

pub fn token_transfer_checked(amount: u64, decimals: u8) -> Vec<u8> {
    let mut data = vec![12];
    data.extend(amount.to_le_bytes());
    data.push(decimals);
    data
}

/// Keys of [`rich`], by index.
pub mod at {
    pub const SYSTEM: u8 = 0;
    pub const TOKEN: u8 = 1;
    pub const TOKEN_2022: u8 = 2;
    pub const ATA: u8 = 3;
    pub const GAME: u8 = 4;
    pub const BOB: u8 = 5;
    pub const MINT: u8 = 6;
    pub const MINT_2022: u8 = 7;
    pub const PLAYER: u8 = 8;
    pub const GUARDIAN: u8 = 9;
}

pub const MOVE: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
pub const SWAP: [u8; 8] = [9, 9, 9, 9, 9, 9, 9, 9];

/// Terms with something of everything that needs no opt-in.
pub fn rich() -> Terms {
    let keys = [
        programs::SYSTEM,
        programs::TOKEN,
        programs::TOKEN_2022,
        programs::ASSOCIATED_TOKEN,
        GAME,
        BOB,
        MINT,
        MINT_2022,
        PLAYER,
        GUARDIAN,
    ];
    let limits = vec![
        Limit {
            per_execute: Some(500),
            per_period: Some((700, 3_600)),
            ..limit(255, 1_000)
        },
        limit(at::MINT, 5_000),
        Limit {
            per_period: Some((10, 60)),
            ..limit(at::MINT_2022, 40)
        },
    ];
    let rules = vec![
        Rule::new(at::SYSTEM, 1, 1, &[2, 0, 0, 0], 2)
            .uses(3)
            .arg(4, 3, 3, &500u64.to_le_bytes())
            .at(1, 0, &[at::BOB]),
        Rule::new(at::TOKEN, 2, 2, &[12], 4).at(2, 4, &[at::BOB, at::MINT]),
        Rule::new(at::TOKEN, 2, 3, &[3], 3),
        Rule::new(at::TOKEN_2022, 3, 4, &[12], 4),
        Rule::new(at::ATA, 4, 5, &[1], 6).at(2, 1, &[at::BOB, at::PLAYER]),
        Rule::new(at::GAME, 0, 6, &MOVE, 3)
            .arg(8, 0, 6, &[1, 2, 4])
            .arg(9, 4, 5, &(-5i64).to_le_bytes())
            .at(0, 2, &[])
            .at(1, 6, &[]),
        Rule::new(at::GAME, 0, 7, &SWAP, 5)
            .floor(255, at::MINT, 150, 100)
            .at(0, 2, &[])
            .at(1, 3, &[at::MINT])
            .at(2, 0, &[at::PLAYER])
            .at(3, 7, &[])
            .with(|rule| rule.min = 4),
        Rule::new(at::GAME, 0, 8, &[7], 1).with(|rule| rule.flags |= 4),
        Rule::new(at::TOKEN, 2, 9, &[17], 1),
    ];
    Terms::new(&keys, limits, rules).with(|terms| {
        terms.origin = Some(key(0x77));
        terms.guardian = Some(at::GUARDIAN);
    })
}

/// The mints of [`rich`].
pub fn mints() -> Given {
    Given(vec![
        account(MINT, programs::TOKEN, mint_data(6)).read_only(),
        account(
            MINT_2022,
            programs::TOKEN_2022,
            mint_2022_data(2, &[(18, vec![0; 64])]),
        )
        .read_only(),
    ])
}

pub fn rich_session() -> Vec<u8> {
    grant(&rich().bytes(), &mints()).expect("the rich terms are good")
}

/// The owners of a council, sorted.
pub const COUNCIL: [Key; 4] = [key(0x21), key(0x22), key(0x23), OWNER];

/// A council's config: epoch 3, owners revision 2.
pub fn council(owners: &[Key], threshold: u8, timelock: u32) -> Vec<u8> {
    let mut out = vec![0; 488];
    out[..8].copy_from_slice(&[0x63, 0x56, 0x2b, 0xd8, 0xb8, 0x66, 0x77, 0x4d]);
    out[8..15].copy_from_slice(&[1, 1, 0, 251, 250, threshold, owners.len() as u8]);
    out[16..20].copy_from_slice(&timelock.to_le_bytes());
    out[24] = 3;
    out[32] = 2;
    out[40..72].fill(0xba);
    out[72..104].copy_from_slice(&VAULT);
    for (index, owner) in owners.iter().enumerate() {
        out[104 + index * 32..136 + index * 32].copy_from_slice(owner);
    }
    out
}

/// A proposal of [`council`], born at NOW, with a deadline in a day.
#[derive(Clone)]
pub struct Proposal {
    pub kind: u8,
    pub sealed: bool,
    pub approvals: u16,
    pub id: u64,
    pub epoch: u64,
    pub revision: u64,
    pub deadline: i64,
    pub ready_at: i64,
    pub hash: Key,
    pub written: u32,
    pub payload: Vec<u8>,
}

pub fn proposal(kind: u8, payload: Vec<u8>) -> Proposal {
    Proposal {
        kind,
        sealed: true,
        approvals: 0,
        id: 0x0102_0304_0506_0708,
        epoch: 3,
        revision: 2,
        deadline: NOW + DAY,
        ready_at: 0,
        hash: key(0x99),
        written: payload.len() as u32,
        payload,
    }
}

impl Proposal {
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut out = vec![0x1a, 0x5e, 0xbd, 0xbb, 0x74, 0x88, 0x35, 0x21];
        out.extend([1, self.kind, 249, u8::from(self.sealed)]);
        out.extend(self.approvals.to_le_bytes());
        out.extend([0; 2]);
        out.extend(self.id.to_le_bytes());
        out.extend(CONFIG);
        out.extend(PAYER);
        out.extend(self.epoch.to_le_bytes());
        out.extend(self.revision.to_le_bytes());
        out.extend(NOW.to_le_bytes());
        out.extend(self.deadline.to_le_bytes());
        out.extend(self.ready_at.to_le_bytes());
        out.extend(if self.sealed { self.hash } else { [0; 32] });
        out.extend((self.payload.len() as u32).to_le_bytes());
        out.extend(self.written.to_le_bytes());
        out.extend([0; 24]);
        out.extend(&self.payload);
        out
    }
}

/// Payload of kind 2.
pub fn owners_payload(threshold: u8, timelock: u32, owners: &[Key]) -> Vec<u8> {
    let mut out = vec![threshold];
    out.extend(timelock.to_le_bytes());
    out.push(owners.len() as u8);
    owners.iter().for_each(|owner| out.extend(owner));
    out
}

/// The word of the terms that allows each extension on offer.
pub const ALL_EXTENSIONS: u64 = 1 << 1
    | 1 << 4
    | 1 << 6
    | 1 << 8
    | 1 << 10
    | 1 << 11
    | 1 << 12
    | 1 << 14
    | 1 << 16
    | 1 << 25
    | 1 << 26;

/// Terms with every feature on. Keys: System, Token, Token-2022, ATA, Stake, game, Bob, mint, extended mint, player,
/// guardian, programdata.
pub fn full() -> Terms {
    let keys = [
        programs::SYSTEM,
        programs::TOKEN,
        programs::TOKEN_2022,
        programs::ASSOCIATED_TOKEN,
        programs::STAKE,
        GAME,
        BOB,
        MINT,
        MINT_2022,
        PLAYER,
        GUARDIAN,
        OTHER_MINT,
    ];
    let (game, bob, mint, player, programdata) = (5, 6, 7, 9, 11);
    let limits = vec![
        Limit {
            per_execute: Some(500),
            per_period: Some((700, 3_600)),
            ..limit(255, 1_000)
        },
        limit(mint, 5_000),
        Limit {
            source: bob,
            ..limit(mint, 60)
        },
        Limit {
            source: bob,
            per_period: Some((5, 86_400)),
            ..limit(255, 9)
        },
        limit(8, 40),
    ];
    let rules = vec![
        Rule::new(0, 1, 1, &[2, 0, 0, 0], 2)
            .uses(3)
            .at(1, 0, &[bob]),
        Rule::new(1, 2, 2, &[12], 4).at(2, 4, &[bob, mint]),
        Rule::new(1, 2, 3, &[9], 3),
        Rule::new(2, 3, 4, &[12], 4).with(|rule| rule.max = 9),
        Rule::new(3, 4, 5, &[1], 6).at(2, 2, &[]).at(3, 0, &[mint]),
        Rule::new(4, 5, 6, &[2, 0, 0, 0], 6)
            .at(0, 0, &[player])
            .at(1, 1, &[bob, player]),
        Rule::new(4, 5, 7, &[5, 0, 0, 0], 3).at(0, 0, &[player]),
        Rule::new(game, 0, 8, &MOVE, 5)
            .uses(9)
            .floor(255, mint, 150, 100)
            .pin(programdata, 311_000_000)
            .cap(8, 3, 1_000_000)
            .arg(8, 3, 3, &500u64.to_le_bytes())
            .at(0, 2, &[])
            .at(1, 5, &[])
            .at(2, 3, &[mint])
            .at(3, 4, &[bob, 255]),
        Rule::new(game, 0, 9, &SWAP, 2)
            .native()
            .uses(7)
            .cap(4, 0x82, 99)
            .at(1, 6, &[]),
        Rule::new(game, 0, 10, &[7], 1).with(|rule| rule.flags |= 4),
    ];
    Terms::new(&keys, limits, rules).with(|terms| {
        terms.flags = 0b1100;
        terms.fee = Some((bob, 90_000, 10_000));
        terms.origin = Some(key(0x77));
        terms.guardian = Some(10);
        terms.extensions = Some(ALL_EXTENSIONS);
    })
}

/// The mints of [`full`]; one of them has every extension on offer.
pub fn full_mints() -> Given {
    let extensions: Vec<(u16, Vec<u8>)> = [1, 4, 6, 10, 12, 14, 16, 18, 19, 20, 21, 22, 23, 25, 26]
        .into_iter()
        .map(|kind| (kind, vec![1; usize::from(kind)]))
        .collect();
    let mut given = mints();
    given.0[1].data = mint_2022_data(2, &extensions);
    given
}
