//! Products of 64 and 128 bits, with and without a test for overflow (non-zero return = it overflowed).
use crate::{is_negative, magnitude, negate, put};

/// Full 128-bit product of two words, by halves.
#[inline(always)]
pub(crate) fn mul_wide(a: u64, b: u64) -> (u64, u64) {
    let (a_low, a_high, b_low, b_high) = (a & 0xffff_ffff, a >> 32, b & 0xffff_ffff, b >> 32);
    let low_low = a_low.wrapping_mul(b_low);
    let low_high = a_low.wrapping_mul(b_high);
    let high_low = a_high.wrapping_mul(b_low);
    let high_high = a_high.wrapping_mul(b_high);
    let middle =
        (low_low >> 32).wrapping_add(low_high & 0xffff_ffff).wrapping_add(high_low & 0xffff_ffff);
    let low = (low_low & 0xffff_ffff) | (middle << 32);
    let high =
        high_high.wrapping_add(low_high >> 32).wrapping_add(high_low >> 32).wrapping_add(middle >> 32);
    (low, high)
}

/// `a × b` modulo 2¹²⁸.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn sbpf_rt_mul128(out: *mut u64, al: u64, ah: u64, bl: u64, bh: u64) -> u64 {
    let (low, high) = mul_wide(al, bl);
    put(out, low, high.wrapping_add(al.wrapping_mul(bh)).wrapping_add(ah.wrapping_mul(bl)));
    0
}

/// Checked `u64 × u64`.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn sbpf_rt_umulo64(out: *mut u64, a: u64, b: u64) -> u64 {
    let (low, high) = mul_wide(a, b);
    *out = low;
    (high != 0) as u64
}

/// Checked `i64 × i64`.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn sbpf_rt_smulo64(out: *mut u64, a: u64, b: u64) -> u64 {
    let (low, mut high) = mul_wide(a, b);
    if is_negative(a) {
        high = high.wrapping_sub(b);
    }
    if is_negative(b) {
        high = high.wrapping_sub(a);
    }
    *out = low;
    (high != ((low as i64) >> 63) as u64) as u64
}

/// Checked `u128 × u128`.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn sbpf_rt_umulo128(out: *mut u64, al: u64, ah: u64, bl: u64, bh: u64) -> u64 {
    let (low, high) = mul_wide(al, bl);
    let (cross1, over1) = mul_wide(al, bh);
    let (cross2, over2) = mul_wide(ah, bl);
    let sum1 = high.wrapping_add(cross1);
    let carry1 = sum1 < high;
    let sum2 = sum1.wrapping_add(cross2);
    let carry2 = sum2 < sum1;
    put(out, low, sum2);
    ((ah != 0) & (bh != 0) | (over1 != 0) | (over2 != 0) | carry1 | carry2) as u64
}

/// Checked `i128 × i128`: the product of the magnitudes, then the sign.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn sbpf_rt_smulo128(out: *mut u64, al: u64, ah: u64, bl: u64, bh: u64) -> u64 {
    let a_negative = is_negative(ah);
    let b_negative = is_negative(bh);
    let (xl, xh) = magnitude(al, ah);
    let (yl, yh) = magnitude(bl, bh);
    let overflow = sbpf_rt_umulo128(out, xl, xh, yl, yh);
    let (low, high) = (*out, *out.add(1));
    if a_negative != b_negative {
        let (negated_low, negated_high) = negate(low, high);
        put(out, negated_low, negated_high);
        // -2¹²⁷ is the one magnitude with the top bit set that still fits.
        (overflow != 0 || (high >> 63 != 0 && !(high == 1 << 63 && low == 0))) as u64
    } else {
        (overflow != 0 || high >> 63 != 0) as u64
    }
}
