//! Recursion with more arguments than registers, and results of 24 and 72 bytes.
use crate::digest::Digest;
use crate::inputs::Inputs;
use crate::random::Random;

#[inline(never)]
fn recurse(depth: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: i128) -> (u64, i128) {
    if depth == 0 {
        return (a ^ b ^ c ^ d ^ e, f);
    }
    let next = f.wrapping_mul(-3).wrapping_add(i128::from(depth));
    let (x, y) = recurse(depth - 1, b, c.wrapping_add(1), d, e, a.wrapping_mul(31), next);
    (x.wrapping_add(depth), y)
}

#[inline(never)]
fn nine_words(x: u64) -> [u64; 9] {
    core::array::from_fn(|i| x.rotate_left(i as u32 * 7))
}

#[inline(never)]
pub fn run(digest: &mut Digest, _: &mut Random, inputs: &Inputs) {
    let (x, y) = recurse(5, inputs.p, inputs.q, 3, 4, 5, inputs.c);
    digest.u64(x);
    digest.i128(y);
    for word in nine_words(inputs.p) {
        digest.u64(word);
    }
}
