//! Pinned programs: whether an upgradeable program is still the deployment that the owner approved.

use crate::bytes::{bytes_at, key_eq, u32_at, u64_at, Key};
use crate::programs::UPGRADEABLE_LOADER;

/// Tag of the loader's state `Program`, which points to the programdata account.
const PROGRAM: u32 = 2;
/// Tag of the loader's state `ProgramData`, which begins with the slot of the deployment.
const PROGRAM_DATA: u32 = 3;

/// An account as a pin looks at it.
#[derive(Clone, Copy, Debug)]
pub struct PinnedAccount<'a> {
    /// Owner program.
    pub owner: &'a Key,
    /// Data.
    pub data: &'a [u8],
}

/// Whether `program` is the upgradeable loader's and points to the account with the address `programdata_key`, which is the
/// loader's too and was deployed in `slot`.
pub fn is_unchanged(
    program: PinnedAccount,
    programdata_key: &Key,
    programdata: PinnedAccount,
    slot: u64,
) -> bool {
    let Some(pointer) = program.data.first_chunk::<36>() else {
        return false;
    };
    key_eq(program.owner, &UPGRADEABLE_LOADER)
        && key_eq(programdata.owner, &UPGRADEABLE_LOADER)
        && u32_at::<0, 36>(pointer) == PROGRAM
        && key_eq(bytes_at::<4, 32, 36>(pointer), programdata_key)
        && slot_of(programdata.data) == Some(slot)
}

/// The slot in which a programdata account was deployed; `None` for other bytes.
pub fn slot_of(programdata: &[u8]) -> Option<u64> {
    let head = programdata.first_chunk::<12>()?;
    (u32_at::<0, 12>(head) == PROGRAM_DATA).then(|| u64_at::<4, 12>(head))
}
