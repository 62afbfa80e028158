//! The committed vectors are what the engine says today.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
#![allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]
#![allow(clippy::type_complexity, reason = "tables of cases")]

#[path = "../examples/vectors/all.rs"]
mod all;
#[path = "../examples/vectors/build.rs"]
mod build;
#[path = "../examples/vectors/json.rs"]
mod json;
#[path = "../examples/vectors/numbers.rs"]
mod numbers;
#[path = "../examples/vectors/opt_ins.rs"]
mod opt_ins;
#[path = "../examples/vectors/plans.rs"]
mod plans;
#[path = "../examples/vectors/proposals.rs"]
mod proposals;
#[path = "../examples/vectors/renewals.rs"]
mod renewals;
#[path = "../examples/vectors/scope.rs"]
mod scope;
#[path = "../examples/vectors/sessions.rs"]
mod sessions;
#[path = "../examples/vectors/terms.rs"]
mod terms;
#[path = "../examples/vectors/tokens.rs"]
mod tokens;

#[test]
fn committed_vectors_are_what_the_engine_says() {
    for (name, text) in all::files() {
        let committed = std::fs::read_to_string(all::folder().join(name)).unwrap_or_default();
        let hint =
            "run `cargo run -p valetkey-engine --example vectors` and look at the difference";
        assert!(committed == text, "tests/vectors/{name} differs; {hint}");
    }
}
