//! i128: the same with signs, and the edges where a sign turns over.
use crate::digest::Digest;
use crate::inputs::Inputs;
use crate::random::Random;

#[inline(never)]
pub fn run(digest: &mut Digest, _: &mut Random, inputs: &Inputs) {
    let Inputs { c, d, p, i, j, .. } = *inputs;
    digest.i128(c.wrapping_mul(d));
    digest.i128(c.checked_div(d).unwrap_or(4));
    digest.i128(c.checked_rem(d).unwrap_or(5));
    digest.i128(c.checked_mul(d).unwrap_or(6));
    digest.i128(c >> (p % 128));
    digest.i128(c.saturating_mul(d));
    digest.bool(c < d);
    digest.i128(c.wrapping_neg());
    digest.i128(c.wrapping_abs());
    digest.i128(c.rem_euclid(d | 1));
    digest.i128(i128::from(i) * i128::from(j));
    digest.i128(i128::MIN.checked_mul(i128::from(j.signum())).unwrap_or(7));
    digest.i128(i128::MIN.checked_div(i128::from(j.signum())).unwrap_or(8));
}
