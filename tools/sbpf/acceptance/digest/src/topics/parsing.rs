//! Numbers back out of text, and the errors of what isn't one.
use crate::digest::Digest;
use crate::inputs::Inputs;
use crate::random::Random;

#[inline(never)]
pub fn run(digest: &mut Digest, _: &mut Random, inputs: &Inputs) {
    let first = inputs.text.split('|').next().unwrap_or_default();
    digest.u64(first.parse().unwrap_or(0));
    digest.i128(inputs.c.to_string().parse().unwrap_or(0));
    digest.str(&format!("{:?}", inputs.text.parse::<u32>()));
    digest.str(&format!("{:?}", inputs.b.to_string().parse::<u64>().map_err(|e| e.to_string())));
}
