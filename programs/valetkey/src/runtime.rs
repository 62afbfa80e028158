//! What the runtime offers, without Anchor: each syscall once, behind a safe function.
//!
//! On the host (lints, IDL build) there is no runtime: these functions then answer as if nothing were there.

use pinocchio::sysvars::clock::CLOCK_ID;
use valetkey_engine::{
    errors::ErrorCode,
    refusal::{Refusal, Result},
    Key,
};

/// Height of an instruction that stands in the transaction itself.
const TOP_LEVEL: u64 = 1;

/// The clock sysvar's address, and where the unix time lies in it: behind slot, start of the epoch, epoch, and the epoch of the
/// leader schedule.
const CLOCK: Key = CLOCK_ID.to_bytes();
const UNIX_TIME: u64 = 32;

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

/// Unix seconds of the block. Only those eight bytes of the sysvar are asked for: that costs less than all of it.
#[inline(always)]
pub fn now() -> Result<i64> {
    #[cfg_attr(
        not(target_os = "solana"),
        allow(unused_mut, reason = "there is no sysvar to read")
    )]
    let mut unix_time = 0_i64;
    #[cfg(target_os = "solana")]
    // SAFETY: an address of 32 bytes, and room for the eight bytes that are asked for.
    let failed = unsafe {
        pinocchio::syscalls::sol_get_sysvar(
            CLOCK.as_ptr(),
            core::ptr::from_mut(&mut unix_time).cast::<u8>(),
            UNIX_TIME,
            8,
        )
    };
    #[cfg(not(target_os = "solana"))]
    let failed = u64::from(UNIX_TIME > 0 && CLOCK.first() == Some(&6));
    if failed == 0 {
        Ok(unix_time)
    } else {
        Err(Refusal::new(ErrorCode::WrongSysvar))
    }
}

/// Lamports that an account with `size` bytes of data needs so that it stays.
pub fn rent(size: usize) -> Result<u64> {
    /// An account's own bytes besides its data.
    const OVERHEAD: u64 = 128;
    // Lamports per byte, then how many times as much is needed, as the bits of a float.
    let mut sysvar = [0_u64; 3];
    #[cfg(target_os = "solana")]
    #[allow(deprecated, reason = "what replaces it costs more and says the same")]
    // SAFETY: the sysvar is two words of eight bytes and a byte.
    let failed =
        unsafe { pinocchio::syscalls::sol_get_rent_sysvar(sysvar.as_mut_ptr().cast::<u8>()) };
    #[cfg(not(target_os = "solana"))]
    let failed = u64::from(sysvar.as_mut_slice().is_empty());
    let [per_byte, times, _] = sysvar;
    let lamports = u64::try_from(size)
        .ok()
        .and_then(|size| size.checked_add(OVERHEAD)?.checked_mul(per_byte))
        .filter(|_| failed == 0)
        .ok_or_else(|| Refusal::new(ErrorCode::WrongSysvar))?;
    const ONCE: u64 = 1_f64.to_bits();
    const TWICE: u64 = 2_f64.to_bits();
    match times {
        ONCE => Ok(lamports),
        TWICE => lamports
            .checked_mul(2)
            .ok_or_else(|| Refusal::new(ErrorCode::ArithmeticOverflow)),
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "as the runtime itself computes it"
        )]
        bits => Ok((lamports as f64 * f64::from_bits(bits)) as u64),
    }
}

/// The address of ours that these seeds give, and its bump.
pub fn find_address(seeds: &[&[u8]]) -> Result<(Key, u8)> {
    let (mut address, mut bump) = ([0; 32], 255_u8);
    #[cfg(target_os = "solana")]
    // SAFETY: a slice of slices is the vector that the syscall reads; `address` has 32 bytes, `bump` one.
    let failed = unsafe {
        pinocchio::syscalls::sol_try_find_program_address(
            seeds.as_ptr().cast::<u8>(),
            seeds.len() as u64,
            crate::ID.as_array().as_ptr(),
            address.as_mut_ptr(),
            &raw mut bump,
        )
    };
    #[cfg(not(target_os = "solana"))]
    let failed = {
        address.fill(u8::from(seeds.is_empty()));
        bump = bump.max(1);
        0_u64
    };
    if failed == 0 {
        Ok((address, bump))
    } else {
        Err(Refusal::new(ErrorCode::WrongSessionAddress))
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
