//! What every topic of a round gets: numbers of all kinds, and a text made of them.
use std::fmt::Write as _;

use crate::random::Random;

pub struct Inputs {
    pub a: u128,
    pub b: u128,
    pub c: i128,
    pub d: i128,
    pub p: u64,
    pub q: u64,
    pub i: i64,
    pub j: i64,
    pub text: String,
}

impl Inputs {
    pub fn next(random: &mut Random) -> Self {
        let (a, b) = (random.u128(), random.u128());
        let (c, d) = (random.u128() as i128, random.u128() as i128);
        let (p, q) = (random.small_or_large_u64(), random.small_or_large_u64());
        let (i, j) = (random.i64(), random.i64());
        let mut text = String::new();
        let multiple_of_three = (p % 3 == 0).then_some(q);
        write!(
            text,
            "{p}|{i:+}|{a:#x}|{c}|{:>8}|{:<5}|{:08b}|{multiple_of_three:?}",
            q % 1000,
            j % 50,
            p as u8,
        )
        .expect("a String takes any text");
        Self { a, b, c, d, p, q, i, j, text }
    }
}
