//! The same as a Solana program: the instruction's data is the seed (u64), the log carries the lines.
//! No framework, so that a failure can only come from the kit.
use std::alloc::{GlobalAlloc, Layout};

/// murmur3 hash of `sol_log_`: a syscall is a call of a constant address.
const SOL_LOG: usize = 0x2075_59bd;
const HEAP: usize = 0x3_0000_0000;
/// What the runner asks for with `RequestHeapFrame`.
const HEAP_LENGTH: usize = 256 * 1024;
/// Serialized input without accounts: number of accounts (u64), length of the data (u64), data.
const DATA_OFFSET: usize = 16;

#[inline(never)]
fn log(message: &str) {
    // SAFETY: the loader resolves this address to the syscall, whose signature this is.
    let sol_log: unsafe extern "C" fn(*const u8, u64) = unsafe { core::mem::transmute(SOL_LOG) };
    // SAFETY: the syscall reads `len` bytes from a valid slice.
    unsafe { sol_log(message.as_ptr(), message.len() as u64) }
}

#[no_mangle]
fn custom_panic(info: &core::panic::PanicInfo<'_>) {
    log(&info.to_string());
}

/// Grows downwards and never frees, like std's own for this target but over the larger heap.
struct Bump;

// SAFETY: hands out each byte of the heap once; the program is one thread.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let cell = HEAP as *mut usize;
        let top = if *cell == 0 { HEAP + HEAP_LENGTH } else { *cell };
        let position = top.saturating_sub(layout.size()) & !(layout.align() - 1);
        if position < HEAP + size_of::<usize>() {
            return core::ptr::null_mut();
        }
        *cell = position;
        position as *mut u8
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: Bump = Bump;

/// # Safety
/// Called by the runtime with its serialized input.
#[no_mangle]
pub unsafe extern "C" fn entrypoint(input: *mut u8) -> u64 {
    let seed = *(input.add(DATA_OFFSET) as *const u64);
    crate::run_all(seed, log);
    0
}
