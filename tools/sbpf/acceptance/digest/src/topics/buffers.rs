//! Copies, overlapping copies, fills and comparisons of blocks, small (in line) and big (syscalls).
use crate::digest::Digest;
use crate::inputs::Inputs;
use crate::random::Random;

const LENGTH: usize = 200;

#[inline(never)]
pub fn run(digest: &mut Digest, _: &mut Random, inputs: &Inputs) {
    let text = inputs.text.as_bytes();
    let used = text.len().min(LENGTH);
    let mut buffer = [0u8; LENGTH];
    buffer[..used].copy_from_slice(&text[..used]);
    buffer.copy_within(3..150, 20);
    digest.bytes(&buffer);
    let before = buffer;
    buffer[..48].fill(inputs.p as u8);
    digest.bytes(&buffer);
    buffer.fill(inputs.q as u8);
    digest.bytes(&buffer);
    digest.bool(before == buffer);
    digest.str(&format!("{:?}", before.cmp(&buffer)));
}
