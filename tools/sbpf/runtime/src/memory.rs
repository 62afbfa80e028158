//! The C memory functions that LLVM or core may call by name. The chain's syscalls do the work.
//! A syscall is a call of a constant address: the murmur3 hash of its name (see `../postlink`).
use core::mem::transmute;

const SOL_MEMCPY: usize = 0x717c_c4a3;
const SOL_MEMMOVE: usize = 0x4343_71f8;
const SOL_MEMSET: usize = 0x3770_fb22;
const SOL_MEMCMP: usize = 0x5fdc_de31;

/// Copies `length` bytes between places that don't overlap.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, length: u64) -> *mut u8 {
    let syscall: unsafe extern "C" fn(*mut u8, *const u8, u64) = transmute(SOL_MEMCPY);
    syscall(to, from, length);
    to
}

/// Copies `length` bytes between places that may overlap.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, length: u64) -> *mut u8 {
    let syscall: unsafe extern "C" fn(*mut u8, *const u8, u64) = transmute(SOL_MEMMOVE);
    syscall(to, from, length);
    to
}

/// Fills `length` bytes with the low byte of `byte`.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn memset(to: *mut u8, byte: i32, length: u64) -> *mut u8 {
    let syscall: unsafe extern "C" fn(*mut u8, u64, u64) = transmute(SOL_MEMSET);
    syscall(to, byte as u8 as u64, length);
    to
}

/// Compares `length` bytes: negative, zero or positive.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, length: u64) -> i32 {
    let mut result = 0i32;
    let syscall: unsafe extern "C" fn(*const u8, *const u8, u64, *mut i32) = transmute(SOL_MEMCMP);
    syscall(a, b, length, &mut result as *mut i32);
    result
}

/// Zero when `length` bytes are equal.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, length: u64) -> i32 {
    memcmp(a, b, length)
}
