//! 128-bit shifts by a variable amount. The amount is taken modulo 128; Rust has checked or masked it.
use crate::put;

/// `value << amount`.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn sbpf_rt_shl128(out: *mut u64, low: u64, high: u64, amount: u64) {
    let amount = amount & 127;
    if amount == 0 {
        put(out, low, high)
    } else if amount >= 64 {
        put(out, 0, low << (amount & 63))
    } else {
        put(out, low << amount, (high << amount) | (low >> (64 - amount)))
    }
}

/// `value >> amount`, filling with zeros.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn sbpf_rt_lshr128(out: *mut u64, low: u64, high: u64, amount: u64) {
    let amount = amount & 127;
    if amount == 0 {
        put(out, low, high)
    } else if amount >= 64 {
        put(out, high >> (amount & 63), 0)
    } else {
        put(out, (low >> amount) | (high << (64 - amount)), high >> amount)
    }
}

/// `value >> amount`, filling with the sign.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn sbpf_rt_ashr128(out: *mut u64, low: u64, high: u64, amount: u64) {
    let amount = amount & 127;
    let sign = ((high as i64) >> 63) as u64;
    if amount == 0 {
        put(out, low, high)
    } else if amount >= 64 {
        put(out, ((high as i64) >> (amount & 63)) as u64, sign)
    } else {
        put(out, (low >> amount) | (high << (64 - amount)), ((high as i64) >> amount) as u64)
    }
}
