//! Working memory of the raw path: the 4 KiB of a stack frame are too small for it.

use core::mem::MaybeUninit;

use super::{guards::Demands, ledger::Ledger, token_watch::TokenWatchSpace};
use crate::calls::CallSpace;

/// Everything the raw path keeps while it works.
pub struct Workspace<'a> {
    pub calls: CallSpace<'a>,
    pub tokens: TokenWatchSpace,
    pub ledger: Ledger,
    pub demands: MaybeUninit<Demands<'a>>,
}

/// How much heap there is without asking for more.
const HEAP_SIZE: usize = 32 * 1024;

const _: () = assert!(
    size_of::<Workspace>() <= HEAP_SIZE,
    "the workspace must fit the heap, or each execute faults at its end"
);

/// The heap as a workspace. The runtime hands it out zeroed, which is a valid workspace: nothing watched, nothing called.
///
/// # Safety
/// At most one workspace per instruction, and no allocation before or after it in the same instruction.
#[cfg(target_os = "solana")]
#[inline(always)]
pub unsafe fn workspace<'a>() -> &'a mut Workspace<'a> {
    /// Where the runtime maps the heap.
    const HEAP_START: usize = 0x3_0000_0000;
    // SAFETY: the region is mapped, large enough (asserted above), aligned to more than eight bytes, zeroed, and by the
    // caller's promise used for nothing else.
    unsafe { &mut *(HEAP_START as *mut Workspace<'a>) }
}

/// On the host there is no such region; a zeroed allocation stands for it.
///
/// # Safety
/// None needed here; the signature is that of the chain.
#[cfg(not(target_os = "solana"))]
pub unsafe fn workspace<'a>() -> &'a mut Workspace<'a> {
    // SAFETY: all-zero bytes are a valid workspace.
    Box::leak(unsafe { Box::new_zeroed().assume_init() })
}
