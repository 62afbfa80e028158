//! u64: overflow in every form, powers, square root.
use crate::digest::Digest;
use crate::inputs::Inputs;
use crate::random::Random;

#[inline(never)]
pub fn run(digest: &mut Digest, _: &mut Random, inputs: &Inputs) {
    let Inputs { p, q, .. } = *inputs;
    digest.u64(p.checked_mul(q).unwrap_or(7));
    digest.u64(p.saturating_mul(q));
    digest.u64(p.wrapping_mul(q));
    digest.u64(p.checked_div(q).unwrap_or(8));
    digest.u64(p.checked_pow((q % 9) as u32).unwrap_or(1));
    digest.u64(p.isqrt());
    digest.bool(p.overflowing_mul(q).1);
    digest.u64(p.swap_bytes());
    digest.u64(p.reverse_bits());
}
