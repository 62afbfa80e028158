//! The check, and the call that counts the use.

use valetkey_engine::{layout::SessionView, ErrorCode, Refusal};

use crate::{
    account::{Account, Data, SessionAccounts},
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
/// `consume` makes the call to the Valetkey program. Nothing is `Verified` unless the session's count has risen by one in
/// between, so the call can't be left out; its data must be read anew for that, which accounts of the runtime do and a plain
/// slice doesn't. The call must come from your program's instruction in the transaction itself: a program that is called by
/// another one can't count.
///
/// Refuses with what [`crate::verify`] refuses with, but for `ConsumeRequired`; with `UsesSpent`, `RuleUsesSpent` or
/// `ArgumentCapExceeded` before the call; and with `ConsumeRequired` when `consume` counted nothing.
#[inline(always)]
pub fn verify_and_consume<'a, D, A, E>(
    session: &SessionAccounts<'a, D>,
    expect: &Expect<'_, A>,
    now: i64,
    consume: impl FnOnce(&ConsumeCall) -> Result<(), E>,
) -> Result<Verified, Error<E>>
where
    D: Data + 'a,
    A: AsRef<[Account<'a, D>]>,
{
    let (verified, matched) = check(session, expect, now, true).map_err(Error::Refused)?;
    consume(&ConsumeCall::new(matched.rule, matched.argument)).map_err(Error::Call)?;
    let spent = session.session.data.read(uses_spent);
    // The count of unlimited uses stays at the end of its type.
    if spent != Some(Some(verified.uses_spent.saturating_add(1))) {
        let refusal = Refusal::new(ErrorCode::ConsumeRequired);
        return Err(Error::Refused(refusal.rule(matched.rule)));
    }
    Ok(verified)
}

fn uses_spent(data: &[u8]) -> Option<u32> {
    let session = SessionView::open(data).ok()?;
    Some(session.uses_spent())
}
