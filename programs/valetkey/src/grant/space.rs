//! Where a session is written before its account is opened or changed: all checks come first.

use valetkey_engine::layout::session::MAX_SIZE;

/// The beginning of the heap, as much of it as the largest session takes. The runtime hands it out zeroed.
///
/// # Safety
/// At most one such space per instruction, and no allocation or workspace before or after it in the same instruction.
#[cfg(target_os = "solana")]
#[inline(always)]
pub unsafe fn session_space<'a>() -> &'a mut [u8; MAX_SIZE] {
    /// Where the runtime maps the heap.
    const HEAP_START: usize = 0x3_0000_0000;
    // SAFETY: the region is mapped and larger (32 KiB), and by the caller's promise used for nothing else.
    unsafe { &mut *(HEAP_START as *mut [u8; MAX_SIZE]) }
}

/// On the host there is no such region; a zeroed allocation stands for it.
///
/// # Safety
/// None needed here; the signature is that of the chain.
#[cfg(not(target_os = "solana"))]
pub unsafe fn session_space<'a>() -> &'a mut [u8; MAX_SIZE] {
    Box::leak(Box::new([0; MAX_SIZE]))
}
