//! A ring buffer that wraps around.
use std::collections::VecDeque;

use crate::digest::Digest;
use crate::inputs::Inputs;
use crate::random::Random;

#[inline(never)]
pub fn run(digest: &mut Digest, random: &mut Random, _: &Inputs) {
    let mut queue: VecDeque<u32> = random.list(23).iter().map(|x| *x as u32).collect();
    queue.push_front(7);
    queue.pop_back();
    queue.rotate_right(3);
    digest.u64(queue.iter().fold(0, |sum: u64, x| sum.wrapping_mul(31).wrapping_add(u64::from(*x))));
}
