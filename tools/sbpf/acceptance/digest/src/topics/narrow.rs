//! 8, 16 and 32 bits: the registers are wider, so signs and carries have to be cut at the right place.
use crate::digest::Digest;
use crate::inputs::Inputs;
use crate::random::Random;

#[inline(never)]
pub fn run(digest: &mut Digest, _: &mut Random, inputs: &Inputs) {
    let Inputs { p, q, i, j, .. } = *inputs;
    digest.u64(u64::from((p as u32).checked_mul(q as u32).unwrap_or(5)));
    digest.u64(u64::from(p as u32) << (q % 32));
    digest.u64(u64::from((p as u16).swap_bytes()));
    digest.u64(u64::from((p as u32).swap_bytes()));
    digest.u64(u64::from((p as u8).wrapping_add(q as u8)));
    digest.i64(i64::from(i as i32 >> (q % 32)));
    digest.i64(i64::from((i as i32).checked_div(j as i32).unwrap_or(3)));
    digest.i64(i64::from((i as i16).wrapping_rem(j as i16 | 1)));
    digest.i64(i64::from((i as i8).wrapping_div(j as i8 | 1)));
    digest.i64(i64::from((i as i32).wrapping_div(-3)));
}
