//! Vec: both sorts, search, and the operations that move elements around.
use crate::digest::Digest;
use crate::inputs::Inputs;
use crate::random::Random;

#[inline(never)]
pub fn run(digest: &mut Digest, random: &mut Random, _: &Inputs) {
    let mut rising = random.list(23);
    let mut falling = rising.clone();
    rising.sort();
    falling.sort_unstable_by(|a, b| b.cmp(a));
    rising.dedup();
    falling.rotate_left(5);
    falling.retain(|x| x % 3 != 0);
    for value in rising.iter().chain(&falling) {
        digest.u64(*value);
    }
    digest.u64(rising.binary_search(&25).unwrap_or_else(|place| place) as u64);
    rising.splice(1..2, [9, 8, 7]);
    rising.insert(0, 5);
    rising.swap_remove(1);
    digest.u64(rising.len() as u64);
    digest.u64(rising.iter().copied().max().unwrap_or(0));
    digest.u64(rising.windows(2).map(|pair| pair[0] ^ pair[1]).sum());
    for chunk in rising.chunks(4) {
        digest.u64(chunk.iter().sum());
    }
}
