//! Prints the digests of the seeds given as arguments: `SEED TOPIC DIGEST`, one line each.

fn main() {
    for argument in std::env::args().skip(1) {
        match argument.parse() {
            Ok(seed) => digest::run_all(seed, |line| println!("{argument} {line}")),
            Err(error) => {
                eprintln!("digest: {argument:?} is not a seed: {error}");
                std::process::exit(2);
            }
        }
    }
}
