//! Ordered maps and sets, and the hashed ones, whose keys are fixed on the chain: counted, never iterated.
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::digest::Digest;
use crate::inputs::Inputs;
use crate::random::Random;

#[inline(never)]
pub fn run(digest: &mut Digest, random: &mut Random, inputs: &Inputs) {
    let values = random.list(23);
    let mut by_class: BTreeMap<u64, String> = BTreeMap::new();
    for value in &values {
        by_class.entry(value % 17).or_default().push_str(&value.to_string());
    }
    by_class.remove(&3);
    for (class, text) in by_class.range(2..12) {
        digest.u64(*class);
        digest.str(text);
    }
    let distinct: BTreeSet<u8> = inputs.text.bytes().collect();
    digest.u64(distinct.len() as u64);

    let mut counts: HashMap<u64, u64> = HashMap::new();
    for value in &values {
        *counts.entry(*value).or_default() += 1;
    }
    digest.u64(values.iter().map(|value| counts[value]).sum());
}
