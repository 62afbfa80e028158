//! Writes the vectors that Rust and TypeScript share: `cargo run -p valetkey-engine --example vectors`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
#![allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]
#![allow(clippy::type_complexity, reason = "tables of cases")]

mod all;
mod build;
mod json;
mod numbers;
mod opt_ins;
mod plans;
mod proposals;
mod renewals;
mod scope;
mod sessions;
mod terms;
mod tokens;

fn main() {
    for (name, text) in all::files() {
        let path = all::folder().join(name);
        std::fs::create_dir_all(all::folder()).expect("the folder of the vectors");
        std::fs::write(&path, text).expect("a vector file");
        println!("{}", path.display());
    }
}
