//! u128: products, quotients, checked and saturating forms, shifts by a variable, bit counts.
use crate::digest::Digest;
use crate::inputs::Inputs;
use crate::random::Random;

#[inline(never)]
pub fn run(digest: &mut Digest, _: &mut Random, inputs: &Inputs) {
    let Inputs { a, b, p, q, .. } = *inputs;
    digest.u128(a.wrapping_mul(b));
    digest.u128(a.checked_div(b).unwrap_or(1));
    digest.u128(a.checked_rem(b).unwrap_or(2));
    digest.u128(a.checked_mul(b).unwrap_or(3));
    digest.u128(a.saturating_mul(b));
    digest.u128(a.checked_add(b).unwrap_or(9));
    digest.u128(a.saturating_sub(b));
    digest.u128(a >> (p % 128));
    digest.u128(a << (q % 128));
    digest.u64(u64::from(a.leading_zeros()));
    digest.u64(u64::from(b.trailing_zeros()));
    digest.u64(u64::from(a.count_ones()));
    digest.u128(u128::from(p) * u128::from(q));
    digest.u64(((u128::from(p) * 1_000_000_007) / 998_244_353) as u64);
}
