//! 256-bit product: LLVM makes these when it widens a 128-bit product in order to test it.
use crate::multiply::mul_wide;

const WORDS: usize = 4;

/// `x × y` modulo 2²⁵⁶, word by word as on paper. `out` overlaps neither operand.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn sbpf_rt_mul256(out: *mut u64, x: *const u64, y: *const u64) {
    let mut k = 0usize;
    while k < WORDS {
        *out.add(k) = 0;
        k += 1;
    }
    let mut i = 0usize;
    while i < WORDS {
        let word = *x.add(i);
        if word != 0 {
            add_row(out.add(i), word, y, WORDS - i);
        }
        i += 1;
    }
}

/// Adds `word × y` to `out`, of which `length` words are left; what goes beyond is dropped.
#[inline(always)]
unsafe fn add_row(out: *mut u64, word: u64, y: *const u64, length: usize) {
    let mut carry = 0u64;
    let mut j = 0usize;
    while j < length {
        let (low, high) = mul_wide(word, *y.add(j));
        let place = out.add(j);
        let sum1 = (*place).wrapping_add(low);
        let carry1 = (sum1 < low) as u64;
        let sum2 = sum1.wrapping_add(carry);
        let carry2 = (sum2 < sum1) as u64;
        *place = sum2;
        carry = high.wrapping_add(carry1).wrapping_add(carry2);
        j += 1;
    }
}
