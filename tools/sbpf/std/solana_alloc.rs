//! `std::alloc::System` for `target_os = "solana"`: a bump allocator over the 32 KiB heap that every program
//! has. It grows downwards and never frees; the first word of the heap holds the position. A program that
//! wants another allocator (anchor-lang brings one) declares its own, and the optimiser drops this one.
use crate::alloc::{GlobalAlloc, Layout, System};

const HEAP: usize = 0x3_0000_0000;
const LENGTH: usize = 32 * 1024;

#[stable(feature = "alloc_system_type", since = "1.28.0")]
unsafe impl GlobalAlloc for System {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let cell = HEAP as *mut usize;
        // SAFETY: the runtime maps the heap at this address, zeroed; a program is one thread.
        let mut position = unsafe { *cell };
        if position == 0 {
            position = HEAP + LENGTH;
        }
        position = position.saturating_sub(layout.size()) & !(layout.align().wrapping_sub(1));
        if position < HEAP + 8 {
            return crate::ptr::null_mut();
        }
        // SAFETY: as above.
        unsafe { *cell = position };
        position as *mut u8
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: memory is handed out once, and the runtime has zeroed it.
        unsafe { self.alloc(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller keeps this function's contract, which is the fallback's.
        unsafe { super::realloc_fallback(self, pointer, layout, new_size) }
    }
}
