//! Recognises a durable-nonce transaction: one that an owner signed could otherwise be kept and landed months later.

use pinocchio::sysvars::instructions::INSTRUCTIONS_ID;
use valetkey_engine::{
    errors::ErrorCode,
    refusal::{Refusal, Result},
    Key,
};

/// First bytes of System's `AdvanceNonceAccount`.
const ADVANCE_NONCE_ACCOUNT: [u8; 4] = [4, 0, 0, 0];

/// The instructions sysvar's address.
pub const INSTRUCTIONS_SYSVAR: Key = INSTRUCTIONS_ID.to_bytes();

/// Refuses a transaction whose first instruction advances a nonce; `address` and `data` are those of the account passed as
/// the instructions sysvar.
pub fn refuse_durable_nonce(address: &Key, data: &[u8]) -> Result<()> {
    if address != &INSTRUCTIONS_SYSVAR {
        return Err(Refusal::new(ErrorCode::WrongSysvar));
    }
    match advances_nonce(data) {
        Some(false) => Ok(()),
        Some(true) => Err(Refusal::new(ErrorCode::DurableNonceRefused)),
        None => Err(Refusal::new(ErrorCode::WrongSysvar)),
    }
}

/// Whether the first instruction of the sysvar's `data` is System's `AdvanceNonceAccount`; `None` when the data is too short.
///
/// number u16 · offset u16 of each instruction; an instruction: accounts u16, 33 bytes each · program 32 · length u16 · data
fn advances_nonce(data: &[u8]) -> Option<bool> {
    let word = |at: usize| {
        let bytes = data.get(at..at.checked_add(2)?)?;
        Some(usize::from(u16::from_le_bytes(bytes.try_into().ok()?)))
    };
    let start = word(2)?;
    let program_at = start
        .checked_add(2)?
        .checked_add(word(start)?.checked_mul(33)?)?;
    let length_at = program_at.checked_add(32)?;
    let program = data.get(program_at..length_at)?;
    let data_at = length_at.checked_add(2)?;
    let instruction = data.get(data_at..data_at.checked_add(word(length_at)?)?)?;
    Some(program == [0; 32] && instruction.starts_with(&ADVANCE_NONCE_ACCOUNT))
}

#[cfg(test)]
#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test may panic"
)]
mod tests {
    use super::advances_nonce;

    fn sysvar(program: u8, data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![1, 0, 4, 0, 1, 0];
        bytes.extend([0; 33]);
        bytes.extend([program; 32]);
        bytes.extend((data.len() as u16).to_le_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn a_leading_nonce_advance_is_recognised() {
        assert_eq!(advances_nonce(&sysvar(0, &[4, 0, 0, 0])), Some(true));
        assert_eq!(advances_nonce(&sysvar(0, &[4, 0, 0, 0, 9])), Some(true));
    }

    #[test]
    fn other_instructions_and_programs_are_not() {
        assert_eq!(advances_nonce(&sysvar(0, &[2, 0, 0, 0])), Some(false));
        assert_eq!(advances_nonce(&sysvar(0, &[4, 0, 0])), Some(false));
        assert_eq!(advances_nonce(&sysvar(1, &[4, 0, 0, 0])), Some(false));
    }

    #[test]
    fn every_truncation_is_unreadable() {
        let whole = sysvar(0, &[4, 0, 0, 0]);
        for end in 0..whole.len() {
            assert_eq!(advances_nonce(&whole[..end]), None, "{end} bytes");
        }
    }
}
