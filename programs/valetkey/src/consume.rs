//! `consume`: a game's own program counts a use of a native rule. Moves nothing.

use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::{
        counters::{spend_cap, spend_rule_use, spend_use},
        rule::MODE_NATIVE,
        ConfigView, SessionView,
    },
    refusal::{Refusal, Result},
    session::check_live,
    Key,
};

use crate::{
    events::log_session_consumed,
    nonce::INSTRUCTIONS_SYSVAR,
    runtime::{now, stack_height},
    views::{data, data_mut, key, owner},
};

/// Height of an instruction that the transaction's own instruction calls.
const CALLED_BY_TOP_LEVEL: u64 = 2;

/// Counts one use of the session and of the rule, and adds the argument to the rule's cap, if it has one.
///
/// At stack height 2 the caller is the program of the transaction's current instruction, which must be the rule's: whoever else
/// gets the session key's signature can't spend its uses.
pub fn handle_consume(accounts: &[AccountView], args: &[u8]) -> Result<()> {
    let [session_key, session, config, instructions, ..] = accounts else {
        return Err(Refusal::new(ErrorCode::MissingAccount));
    };
    let Some(([rule, argument @ ..], [])) = args.split_first_chunk::<9>() else {
        return Err(Refusal::new(ErrorCode::MalformedPlan).offset(args.len()));
    };
    let (rule, argument) = (*rule, u64::from_le_bytes(*argument));
    if stack_height() != CALLED_BY_TOP_LEVEL {
        return Err(Refusal::new(ErrorCode::NotCalledByProgram));
    }
    if !key_eq(owner(session), crate::ID.as_array()) {
        return Err(Refusal::new(ErrorCode::NotASession));
    }
    let view = SessionView::open(data(session))?;
    if !key_eq(view.config(), key(config)) {
        return Err(Refusal::new(ErrorCode::WrongConfig));
    }
    if !session_key.is_signer() || !key_eq(view.session_key(), key(session_key)) {
        return Err(Refusal::new(ErrorCode::NotSessionKey));
    }
    // The config's address stands in the session, where only a config of ours ever got; configs are never closed.
    check_live(&view, now()?, ConfigView::open(data(config))?.epoch())?;
    let allowed = view.rule(rule)?;
    if allowed.mode() != MODE_NATIVE {
        return Err(Refusal::new(ErrorCode::ModeMismatch).rule(rule));
    }
    if key(instructions) != &INSTRUCTIONS_SYSVAR {
        return Err(Refusal::new(ErrorCode::WrongSysvar));
    }
    let Some(caller) = current_program(data(instructions)) else {
        return Err(Refusal::new(ErrorCode::WrongSysvar));
    };
    match view.key(allowed.program()) {
        Some(program) if key_eq(program, caller) => {}
        _ => return Err(Refusal::new(ErrorCode::NotCalledByProgram).rule(rule)),
    }
    let (at, has_cap, grant_id) = (
        view.rule_offset(rule),
        allowed.cap().is_some(),
        view.grant_id(),
    );
    let at = at.ok_or_else(|| Refusal::new(ErrorCode::RuleOutOfRange).rule(rule))?;

    // SAFETY: `view` and `allowed` aren't used any more.
    let bytes = unsafe { data_mut(session) };
    spend_use(bytes)?;
    let in_place = |refusal: Refusal| refusal.rule(rule);
    spend_rule_use(bytes, at).map_err(in_place)?;
    if has_cap {
        spend_cap(bytes, at, argument).map_err(in_place)?;
    }
    log_session_consumed(key(session), grant_id, rule, argument);
    Ok(())
}

/// The program of the transaction's current instruction, from the instructions sysvar's `data`; `None` when it can't be read.
///
/// number u16 · offset u16 of each instruction · … · index of the current one u16; an instruction: accounts u16, 33 bytes each ·
/// program 32 · length u16 · data
fn current_program(data: &[u8]) -> Option<&Key> {
    let word = |at: usize| {
        let bytes = data.get(at..)?.first_chunk::<2>()?;
        Some(usize::from(u16::from_le_bytes(*bytes)))
    };
    let index = usize::from(u16::from_le_bytes(*data.last_chunk::<2>()?));
    if index >= word(0)? {
        return None;
    }
    let start = word(index.checked_mul(2)?.checked_add(2)?)?;
    let program = start
        .checked_add(2)?
        .checked_add(word(start)?.checked_mul(33)?)?;
    data.get(program..)?.first_chunk::<32>()
}

#[cfg(test)]
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "a test may panic"
)]
mod tests {
    use super::current_program;

    /// A sysvar of instructions with so many accounts each; program `i + 1` is called by instruction `i`.
    fn sysvar(accounts: &[u16], current: u16) -> Vec<u8> {
        let mut body = Vec::new();
        let mut offsets = Vec::new();
        let start = 2 + 2 * accounts.len();
        for (i, n) in accounts.iter().enumerate() {
            offsets.extend(((start + body.len()) as u16).to_le_bytes());
            body.extend(n.to_le_bytes());
            body.extend(vec![0xee; usize::from(*n) * 33]);
            body.extend([i as u8 + 1; 32]);
            body.extend([3, 0, 9, 9, 9]);
        }
        let mut bytes = (accounts.len() as u16).to_le_bytes().to_vec();
        bytes.extend(offsets);
        bytes.extend(body);
        bytes.extend(current.to_le_bytes());
        bytes
    }

    #[test]
    fn the_current_instruction_names_its_program() {
        for current in 0..3u16 {
            let data = sysvar(&[0, 5, 1], current);
            assert_eq!(current_program(&data), Some(&[current as u8 + 1; 32]));
        }
    }

    #[test]
    fn an_index_beyond_the_instructions_is_unreadable() {
        assert_eq!(current_program(&sysvar(&[1, 1], 2)), None);
        assert_eq!(current_program(&sysvar(&[1, 1], u16::MAX)), None);
        assert_eq!(current_program(&sysvar(&[], 0)), None);
    }

    #[test]
    fn no_truncation_panics() {
        let whole = sysvar(&[2, 1], 1);
        for end in 0..whole.len() {
            let _ = current_program(&whole[..end]);
        }
        assert_eq!(current_program(&[]), None);
    }
}
