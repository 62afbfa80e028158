#!/usr/bin/env bash
# Builds the test programs of tests/fixtures/programs/ with the sBPF kit into target/fixtures/NAME.so, and puts them into
# artifacts/fixtures/, where the suite finds them on a machine without Rust. All of them are our own source.
set -euo pipefail
cd "$(dirname "$0")/.."
unset RUSTUP_TOOLCHAIN
export SBPF_VERSION=v3
if [ -x tools/sbpf/cargo-build-sbf ]; then PATH="$PWD/tools/sbpf:$PATH"; fi
built=${CARGO_TARGET_DIR:-target}
mkdir -p target/fixtures artifacts/fixtures
for folder in tests/fixtures/programs/*/; do
  name=$(basename "$folder")
  cargo build-sbf --manifest-path "$folder/Cargo.toml"
  install -m 644 "$built/deploy/$name.so" "target/fixtures/$name.so"
  install -m 644 "$built/deploy/$name.so" "artifacts/fixtures/$name.so"
done
