//! What terms are judged by: facts of the grant, and the accounts of the terms.

use crate::bytes::Key;

/// Facts of a grant that are not in the terms.
#[derive(Clone, Copy, Debug)]
pub struct TermsContext<'a> {
    /// Unix seconds.
    pub now: i64,
    /// The vault's epoch.
    pub epoch: u64,
    /// Grant id.
    pub grant_id: u64,
    /// Until this second the session may not be closed; `created_at` for a grant by transaction.
    pub grant_deadline: i64,
    /// The vault config.
    pub config: &'a Key,
    /// The vault.
    pub vault: &'a Key,
    /// The session key.
    pub session_key: &'a Key,
    /// Who pays the rent and gets it back.
    pub rent_payer: &'a Key,
    /// This program.
    pub program_id: &'a Key,
    /// Bump of the session.
    pub session_bump: u8,
    /// Bump of the vault.
    pub vault_bump: u8,
    /// When the grant lands; `now`.
    pub created_at: i64,
}

/// The accounts of the terms: keys given by account, in order, and mints.
pub trait TermsAccounts {
    /// Address of the i-th account of the terms.
    fn key(&self, i: usize) -> Option<&Key>;
    /// Owner program and data of the account with this address, among the accounts of the terms.
    fn mint(&self, key: &Key) -> Option<(&Key, &[u8])>;
}

/// What limits and rules are judged by: the key table and what the head of the terms allows.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub keys: &'a [Key],
    pub config: &'a Key,
    pub vault: &'a Key,
    pub program_id: &'a Key,
    /// Flags of the terms.
    pub flags: u8,
    /// Extensions allowed by name.
    pub extensions: u64,
}
