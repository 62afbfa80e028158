//! The topics, and the loop that runs them all.
use crate::digest::Digest;
use crate::inputs::Inputs;
use crate::random::Random;

mod buffers;
mod dynamic;
mod enums;
mod floats;
mod many_arguments;
mod maps;
mod narrow;
mod parsing;
mod queues;
mod shared;
mod signed128;
mod signed64;
mod strings;
mod unsigned128;
mod unsigned64;
mod vectors;

type Topic = fn(&mut Digest, &mut Random, &Inputs);

const TOPICS: [(&str, Topic); 16] = [
    ("unsigned128", unsigned128::run),
    ("signed128", signed128::run),
    ("unsigned64", unsigned64::run),
    ("signed64", signed64::run),
    ("narrow", narrow::run),
    ("floats", floats::run),
    ("strings", strings::run),
    ("parsing", parsing::run),
    ("enums", enums::run),
    ("dynamic", dynamic::run),
    ("many_arguments", many_arguments::run),
    ("vectors", vectors::run),
    ("maps", maps::run),
    ("queues", queues::run),
    ("shared", shared::run),
    ("buffers", buffers::run),
];

/// Rounds per seed: as many as fit the compute limit of one transaction.
const ROUNDS: usize = 8;

/// Runs every topic on the numbers that follow from `seed`. `print` gets a line per topic: name and digest.
pub fn run_all(seed: u64, mut print: impl FnMut(&str)) {
    let mut random = Random::new(seed);
    let mut digests = TOPICS.map(|_| Digest::new());
    for _ in 0..ROUNDS {
        let inputs = Inputs::next(&mut random);
        for ((_, run), digest) in TOPICS.iter().zip(&mut digests) {
            run(digest, &mut random, &inputs);
        }
    }
    for ((name, _), digest) in TOPICS.iter().zip(&digests) {
        print(&format!("{name} {:016x}", digest.value()));
    }
}
