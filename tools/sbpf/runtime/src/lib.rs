//! Runtime of sBPF programs: the functions that stand for arithmetic which the BPF backend can't do.
//!
//! The legalizer (`../legalize`) calls them by name. Every value travels as 64-bit words, low word first;
//! results of more than one word are written through the pointer `out`. A division by zero yields 0: Rust has
//! checked the divisor before it gets here, and a panic would pull in the formatting code.
//!
//! Only 64-bit arithmetic in here: anything wider would be lowered to a call of the same function.
//! The order of the modules is the order of the functions in the program.
#![no_std]
#![no_builtins]

mod multiply;
mod divide;
mod multiply256;
mod shift;
mod memory;

/// Writes a 128-bit value to `out`.
///
/// # Safety
/// `out` points to two writable words.
#[inline(always)]
unsafe fn put(out: *mut u64, low: u64, high: u64) {
    *out = low;
    *out.add(1) = high;
}

/// Two's complement negation of a 128-bit value.
#[inline(always)]
fn negate(low: u64, high: u64) -> (u64, u64) {
    let negated = (!low).wrapping_add(1);
    (negated, (!high).wrapping_add((negated == 0) as u64))
}

/// Is the value whose highest word this is negative?
#[inline(always)]
fn is_negative(high: u64) -> bool {
    (high as i64) < 0
}

/// Absolute value of a signed 128-bit value, as unsigned.
#[inline(always)]
fn magnitude(low: u64, high: u64) -> (u64, u64) {
    if is_negative(high) {
        negate(low, high)
    } else {
        (low, high)
    }
}

/// Absolute value of a signed 64-bit value, as unsigned.
#[inline(always)]
fn magnitude64(value: u64) -> u64 {
    if is_negative(value) {
        value.wrapping_neg()
    } else {
        value
    }
}
