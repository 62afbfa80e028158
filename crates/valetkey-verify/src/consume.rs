//! The check, and the call that counts the use.

use core::ops::Deref;

use valetkey_engine::{layout::SessionView, ErrorCode, Refusal};

use crate::{
    account::{Account, SessionAccounts},
    verify::{check, Expect, Verified},
};

/// First bytes of the `consume` instruction: `sha256("global:consume")[..8]`.
const CONSUME: [u8; 8] = [0x41, 0xb2, 0x8d, 0x0d, 0x5f, 0x39, 0x4c, 0x9a];

/// The instruction of the Valetkey program that counts the use.
///
/// Its accounts, in order: the session key (signer), the session (writable), the config, the instructions sysvar
/// (`Sysvar1nstructions1111111111111111111111111`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsumeCall {
    /// The rule that allows the instruction, by position in the session.
    pub rule: u8,
    /// What is added to the rule's cap; 0 without one.
    pub argument: u64,
    /// The instruction's data.
    pub data: [u8; 17],
}

impl ConsumeCall {
    fn new(rule: u8, argument: u64) -> Self {
        let [c0, c1, c2, c3, c4, c5, c6, c7] = CONSUME;
        let [a0, a1, a2, a3, a4, a5, a6, a7] = argument.to_le_bytes();
        Self {
            rule,
            argument,
            data: [
                c0, c1, c2, c3, c4, c5, c6, c7, rule, a0, a1, a2, a3, a4, a5, a6, a7,
            ],
        }
    }
}

/// Why [`verify_and_consume`] failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error<E> {
    /// The session doesn't allow the instruction.
    Refused(Refusal),
    /// The call that counts the use failed; return this error.
    Call(E),
}

/// Checks what [`crate::verify`] checks, and has the use counted: also for terms that limit uses or cap an argument.
///
/// `consume` makes the call to the Valetkey program and returns a new borrow of the session's data. Nothing is `Verified`
/// unless the session's count has risen by one in between, so the call can't be left out. It must come from your program's
/// instruction in the transaction itself; a program that is called by another one can't count.
///
/// Every borrow in `session` and `expect` has ended when `consume` runs (pass the accounts by value), so that the session
/// can be written.
///
/// Refuses with what [`crate::verify`] refuses with, but for `ConsumeRequired`; with `UsesSpent`, `RuleUsesSpent` or
/// `ArgumentCapExceeded` before the call; and with `ConsumeRequired` when `consume` counted nothing.
#[inline(always)]
pub fn verify_and_consume<'a, D, A, E>(
    session: SessionAccounts<'a, D>,
    expect: Expect<'_, A>,
    now: i64,
    consume: impl FnOnce(&ConsumeCall) -> Result<D, E>,
) -> Result<Verified, Error<E>>
where
    D: Deref + 'a,
    D::Target: AsRef<[u8]>,
    A: AsRef<[Account<'a, D>]>,
{
    let (verified, matched) = check(&session, &expect, now, true).map_err(Error::Refused)?;
    let before = uses_spent(session.session.bytes()).map_err(Error::Refused)?;
    drop((session, expect));
    let call = ConsumeCall::new(matched.rule, matched.argument);
    let after = consume(&call).map_err(Error::Call)?;
    let after = uses_spent(after.deref().as_ref()).map_err(Error::Refused)?;
    // The count of unlimited uses stays at the end of its type.
    if after != before.saturating_add(1) {
        return Err(Error::Refused(
            Refusal::new(ErrorCode::ConsumeRequired).rule(matched.rule),
        ));
    }
    Ok(verified)
}

fn uses_spent(data: &[u8]) -> Result<u32, Refusal> {
    SessionView::open(data).map(|session| session.uses_spent())
}
