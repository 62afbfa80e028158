//! i64: division and remainder, which sBPF has for unsigned numbers only.
use crate::digest::Digest;
use crate::inputs::Inputs;
use crate::random::Random;

#[inline(never)]
pub fn run(digest: &mut Digest, _: &mut Random, inputs: &Inputs) {
    let Inputs { i, j, .. } = *inputs;
    digest.i64(i.checked_div(j).unwrap_or(11));
    digest.i64(i.checked_rem(j).unwrap_or(12));
    digest.i64(i.checked_mul(j).unwrap_or(13));
    digest.i64(i.saturating_mul(j));
    digest.i64(i.rem_euclid(j | 1));
    digest.i64(i.div_euclid(j | 1));
    digest.i64(i / 7);
    digest.i64(i % 1000);
    digest.u64(i.unsigned_abs());
    digest.i64(i64::MIN.checked_div(j.signum()).unwrap_or(14));
}
