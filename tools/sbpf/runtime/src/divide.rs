//! Quotients and remainders of 128 bits, and the signed ones of 64 bits.
use crate::{is_negative, magnitude, magnitude64, negate, put};

/// Shift-and-subtract division; a dividend and a divisor of one word use the processor's.
#[inline(always)]
unsafe fn divide(out: *mut u64, al: u64, ah: u64, bl: u64, bh: u64, want_remainder: bool) {
    if ah == 0 && bh == 0 {
        let result = if bl == 0 {
            0
        } else if want_remainder {
            al % bl
        } else {
            al / bl
        };
        put(out, result, 0);
        return;
    }
    let (mut rem_low, mut rem_high, mut quot_low, mut quot_high) = (0u64, 0u64, al, ah);
    let mut step = 0u64;
    // The upper word's zero bits need no steps.
    if quot_high == 0 {
        quot_high = quot_low;
        quot_low = 0;
        step = 64;
    }
    while step < 128 {
        let carry = rem_high >> 63;
        rem_high = (rem_high << 1) | (rem_low >> 63);
        rem_low = (rem_low << 1) | (quot_high >> 63);
        quot_high = (quot_high << 1) | (quot_low >> 63);
        quot_low <<= 1;
        if carry != 0 || rem_high > bh || (rem_high == bh && rem_low >= bl) {
            let borrow = (rem_low < bl) as u64;
            rem_low = rem_low.wrapping_sub(bl);
            rem_high = rem_high.wrapping_sub(bh).wrapping_sub(borrow);
            quot_low |= 1;
        }
        step += 1;
    }
    if want_remainder {
        put(out, rem_low, rem_high)
    } else {
        put(out, quot_low, quot_high)
    }
}

/// `u128 / u128`.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn sbpf_rt_udiv128(out: *mut u64, al: u64, ah: u64, bl: u64, bh: u64) -> u64 {
    divide(out, al, ah, bl, bh, false);
    0
}

/// `u128 % u128`.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn sbpf_rt_urem128(out: *mut u64, al: u64, ah: u64, bl: u64, bh: u64) -> u64 {
    divide(out, al, ah, bl, bh, true);
    0
}

/// `i128 / i128`, towards zero.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn sbpf_rt_sdiv128(out: *mut u64, al: u64, ah: u64, bl: u64, bh: u64) -> u64 {
    let a_negative = is_negative(ah);
    let b_negative = is_negative(bh);
    let (xl, xh) = magnitude(al, ah);
    let (yl, yh) = magnitude(bl, bh);
    sbpf_rt_udiv128(out, xl, xh, yl, yh);
    if a_negative != b_negative {
        let (low, high) = negate(*out, *out.add(1));
        put(out, low, high);
    }
    0
}

/// `i128 % i128`, with the dividend's sign.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn sbpf_rt_srem128(out: *mut u64, al: u64, ah: u64, bl: u64, bh: u64) -> u64 {
    let a_negative = is_negative(ah);
    let (xl, xh) = magnitude(al, ah);
    let (yl, yh) = magnitude(bl, bh);
    sbpf_rt_urem128(out, xl, xh, yl, yh);
    if a_negative {
        let (low, high) = negate(*out, *out.add(1));
        put(out, low, high);
    }
    0
}

/// `i64 / i64`, towards zero.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn sbpf_rt_sdiv64(a: u64, b: u64) -> u64 {
    let x = magnitude64(a);
    let y = magnitude64(b);
    let quotient = if y == 0 { 0 } else { x / y };
    if is_negative(a ^ b) {
        quotient.wrapping_neg()
    } else {
        quotient
    }
}

/// `i64 % i64`, with the dividend's sign.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn sbpf_rt_srem64(a: u64, b: u64) -> u64 {
    let x = magnitude64(a);
    let y = magnitude64(b);
    let remainder = if y == 0 { 0 } else { x % y };
    if is_negative(a) {
        remainder.wrapping_neg()
    } else {
        remainder
    }
}
