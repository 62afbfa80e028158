//! What the runtime offers, without Anchor: each syscall once, behind a safe function.
//!
//! On the host (lints, IDL build) there is no runtime: these functions then answer as if nothing were there.

use valetkey_engine::{
    errors::ErrorCode,
    refusal::{Refusal, Result},
    Key,
};

/// Height of an instruction that stands in the transaction itself.
const TOP_LEVEL: u64 = 1;

/// How deep this instruction is called: 1 in the transaction itself, one more with each call.
pub fn stack_height() -> u64 {
    #[cfg(target_os = "solana")]
    // SAFETY: takes nothing, only reads.
    let height = unsafe { pinocchio::syscalls::sol_get_stack_height() };
    #[cfg(not(target_os = "solana"))]
    let height = 0;
    height
}

/// Whether this instruction stands in the transaction itself.
pub fn is_top_level() -> bool {
    stack_height() == TOP_LEVEL
}

/// Unix seconds of the block.
pub fn now() -> Result<i64> {
    // Slot, start of the epoch, epoch, leader schedule epoch, unix time.
    let mut clock = [0_i64; 5];
    #[cfg(target_os = "solana")]
    #[allow(deprecated, reason = "what replaces it costs more and says the same")]
    // SAFETY: the sysvar is five words of eight bytes.
    let failed =
        unsafe { pinocchio::syscalls::sol_get_clock_sysvar(clock.as_mut_ptr().cast::<u8>()) };
    #[cfg(not(target_os = "solana"))]
    let failed = 1;
    let [.., unix_time] = &mut clock;
    if failed == 0 {
        Ok(*unix_time)
    } else {
        Err(Refusal::new(ErrorCode::WrongSysvar))
    }
}

/// Whether a key is a point of the Ed25519 curve, so that someone may hold its secret.
pub fn is_on_curve(key: &Key) -> bool {
    #[cfg(target_os = "solana")]
    // SAFETY: the key has 32 bytes; the result isn't asked for. 0 is the Edwards curve.
    let outside = unsafe {
        pinocchio::syscalls::sol_curve_validate_point(0, key.as_ptr(), core::ptr::null_mut())
    };
    #[cfg(not(target_os = "solana"))]
    let outside = u64::from(key == &[0; 32]);
    outside == 0
}

/// sha256 of all parts, one after the other.
pub fn sha256(parts: &[&[u8]]) -> Key {
    let mut hash = [0; 32];
    #[cfg(target_os = "solana")]
    // SAFETY: a slice of slices is the vector that the syscall reads; `hash` has 32 bytes.
    unsafe {
        pinocchio::syscalls::sol_sha256(
            parts.as_ptr().cast::<u8>(),
            parts.len() as u64,
            hash.as_mut_ptr(),
        )
    };
    #[cfg(not(target_os = "solana"))]
    hash.fill(u8::from(parts.is_empty()));
    hash
}

/// One line of log.
pub fn log(line: &[u8]) {
    #[cfg(target_os = "solana")]
    // SAFETY: pointer and length of one slice.
    unsafe {
        pinocchio::syscalls::sol_log_(line.as_ptr(), line.len() as u64)
    };
    #[cfg(not(target_os = "solana"))]
    let _ = line;
}

/// An event: one slice, base64 in the log.
pub fn log_data(event: &[u8]) {
    #[cfg(target_os = "solana")]
    {
        let parts = [event];
        // SAFETY: a slice of slices is the vector that the syscall reads.
        unsafe { pinocchio::syscalls::sol_log_data(parts.as_ptr().cast::<u8>(), 1) };
    }
    #[cfg(not(target_os = "solana"))]
    let _ = event;
}

/// Return data of this instruction.
pub fn set_return_data(data: &[u8]) {
    #[cfg(target_os = "solana")]
    // SAFETY: pointer and length of one slice.
    unsafe {
        pinocchio::syscalls::sol_set_return_data(data.as_ptr(), data.len() as u64)
    };
    #[cfg(not(target_os = "solana"))]
    let _ = data;
}
