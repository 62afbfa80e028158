//! The check itself.

use valetkey_engine::{
    key_eq,
    layout::{config::KIND_CANONICAL, ConfigView, SessionView},
    refusal::Result,
    scope::{match_native, NativeCall, NativeMatch},
    session::check_live,
    ErrorCode, Key, Refusal,
};

use crate::account::{Account, Data, SessionAccounts};

/// What a session must speak for, and what it must allow.
///
/// `A` holds the accounts: an array, a slice, a vector.
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a, A> {
    /// The Valetkey program: a constant of your program, never an account that the caller chose.
    pub valetkey: &'a Key,
    /// Your program's own id.
    pub program_id: &'a Key,
    /// For whom the session must speak: the wallet whose player this is, or a vault.
    ///
    /// A wallet is spoken for by sessions of its own canonical vaults only, as long as it is their only owner: being one of
    /// several owners is never an identity.
    pub authority: &'a Key,
    /// The data of your instruction, discriminator first.
    pub ix_data: &'a [u8],
    /// The accounts of your instruction, all of them, in its order: positions of the terms count them from 0.
    pub accounts: A,
}

/// A session that may do this now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The authority that was expected, wallet or vault: key your accounts by it.
    pub owner: Key,
    /// The vault of the session.
    pub vault: Key,
    /// The key that signed.
    pub session_key: Key,
    /// The rule that allows the instruction, by position in the session.
    pub rule: u8,
    /// The number of the grant, for your events.
    pub grant_id: u64,
    /// Uses of the session that were spent before this one.
    pub uses_spent: u32,
}

/// Checks that a session key may run this instruction of yours for `expect.authority`, under terms that nobody has to count.
///
/// `now` is the clock's unix time in seconds. Reads only; moves nothing, calls nothing.
///
/// Refuses with a named error of the Valetkey program: accounts that aren't what they must be (`NotASession`,
/// `NotAVaultConfig`, `WrongConfig`, `WrongVault`, `NotSessionKey`), a session that doesn't live (`SessionRevoked`,
/// `SessionExpired`, `SessionNotStarted`, `EpochStale`), one of somebody else (`AuthorityMismatch`), an instruction that no
/// native rule of it allows (`ProgramNotInScope`, `ModeMismatch`, `InstructionNotInScope`, `AccountCountRefused`,
/// `DataConstraintFailed`, `AccountConstraintFailed`, `UnboundPosition`, `VaultNotAllowed`), or with `ConsumeRequired`: the
/// terms count uses or cap an argument, which only [`crate::verify_and_consume`] does.
///
/// ```
/// use valetkey_verify::{verify, Account, ErrorCode, Expect, SessionAccounts};
/// # let valetkey = [7; 32];
/// # let (stranger, game, player) = ([1; 32], [2; 32], [3; 32]);
/// # fn account<'a>(key: &'a [u8; 32], owner: &'a [u8; 32]) -> Account<'a, &'a [u8]> {
/// #     Account { key, owner, data: &[], is_signer: true, is_writable: false, executable: false }
/// # }
/// // Accounts that Valetkey doesn't own are no session, whatever stands in them.
/// let session = SessionAccounts {
///     session_key: account(&stranger, &[0; 32]),
///     session: account(&stranger, &stranger),
///     config: account(&stranger, &stranger),
/// };
/// let expect = Expect {
///     valetkey: &valetkey,
///     program_id: &game,
///     authority: &player,
///     ix_data: &[1],
///     accounts: &[account(&player, &game)],
/// };
/// let refusal = verify(&session, &expect, 1_800_000_000).unwrap_err();
/// assert_eq!(refusal.code, ErrorCode::NotASession.code());
/// ```
#[inline(always)]
pub fn verify<'a, D, A>(
    session: &SessionAccounts<'a, D>,
    expect: &Expect<'_, A>,
    now: i64,
) -> Result<Verified>
where
    D: Data + 'a,
    A: AsRef<[Account<'a, D>]>,
{
    check(session, expect, now, false).map(|(verified, _)| verified)
}

/// [`verify`]; with `counts`, for terms that `consume` will count.
#[inline(always)]
pub(crate) fn check<'a, D, A>(
    accounts: &SessionAccounts<'a, D>,
    expect: &Expect<'_, A>,
    now: i64,
    counts: bool,
) -> Result<(Verified, NativeMatch)>
where
    D: Data + 'a,
    A: AsRef<[Account<'a, D>]>,
{
    if !key_eq(accounts.session.owner, expect.valetkey) {
        return Err(Refusal::new(ErrorCode::NotASession));
    }
    if !key_eq(accounts.config.owner, expect.valetkey) {
        return Err(Refusal::new(ErrorCode::NotAVaultConfig));
    }
    let mut verified = Verified {
        owner: *expect.authority,
        vault: [0; 32],
        session_key: *accounts.session_key.key,
        rule: 0,
        grant_id: 0,
        uses_spent: 0,
    };
    let checked = accounts.session.data.read(|session| {
        let config = &accounts.config.data;
        config.read(|config| {
            judge(
                session,
                config,
                accounts,
                expect,
                now,
                counts,
                &mut verified,
            )
        })
    });
    match checked {
        Some(Some(result)) => result.map(|matched| (verified, matched)),
        Some(None) => Err(Refusal::new(ErrorCode::NotAVaultConfig)),
        None => Err(Refusal::new(ErrorCode::NotASession)),
    }
}

#[inline(always)]
fn judge<'a, D, A>(
    session: &[u8],
    config: &[u8],
    accounts: &SessionAccounts<'a, D>,
    expect: &Expect<'_, A>,
    now: i64,
    counts: bool,
    verified: &mut Verified,
) -> Result<NativeMatch>
where
    D: Data + 'a,
    A: AsRef<[Account<'a, D>]>,
{
    let session = SessionView::open(session)?;
    if !key_eq(session.config(), accounts.config.key) {
        return Err(Refusal::new(ErrorCode::WrongConfig));
    }
    let config = ConfigView::open(config)?;
    if !key_eq(session.vault(), config.vault()) {
        return Err(Refusal::new(ErrorCode::WrongVault));
    }
    let key = &accounts.session_key;
    if !key.is_signer || !key_eq(session.session_key(), key.key) {
        return Err(Refusal::new(ErrorCode::NotSessionKey));
    }
    check_live(&session, now, config.epoch())?;
    if !speaks_for(&config, expect.authority) {
        return Err(Refusal::new(ErrorCode::AuthorityMismatch));
    }
    let call = NativeCall {
        program: expect.program_id,
        data: expect.ix_data,
        accounts: expect.accounts.as_ref(),
        own: [
            key.key,
            accounts.session.key,
            accounts.config.key,
            expect.valetkey,
        ],
        counts,
    };
    let matched = match_native(&session, &call)?;
    verified.vault = *session.vault();
    verified.rule = matched.rule;
    verified.grant_id = session.grant_id();
    verified.uses_spent = session.uses_spent();
    Ok(matched)
}

/// Whether a session of this config acts for `authority`: its vault, or the wallet that the canonical vault was opened for and
/// that still owns it alone.
#[inline(always)]
fn speaks_for(config: &ConfigView, authority: &Key) -> bool {
    if key_eq(config.vault(), authority) {
        return true;
    }
    config.kind() == KIND_CANONICAL
        && key_eq(config.seed_key(), authority)
        && matches!(config.owners(), [owner] if key_eq(owner, authority))
}
