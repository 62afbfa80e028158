//! Text: formatting (done in `inputs.rs`), searching, replacing, splitting, Unicode upper case.
use crate::digest::Digest;
use crate::inputs::Inputs;
use crate::random::Random;

#[inline(never)]
pub fn run(digest: &mut Digest, _: &mut Random, inputs: &Inputs) {
    let text = &inputs.text;
    digest.str(text);
    digest.str(&text.replace('|', "-ß-").to_uppercase());
    digest.u64(text.find("0x").unwrap_or(99) as u64);
    digest.str(text.trim_matches(|c: char| c.is_ascii_digit()));
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        digest.str(word);
    }
}
