#!/usr/bin/env bash
# Builds the test programs of tests/fixtures/programs/ with the sBPF kit into target/fixtures/NAME.so, and puts them into
# artifacts/fixtures/, where the suite finds them on a machine without Rust. All of them are our own source.
set -euo pipefail
cd "$(dirname "$0")/.."
export SBPF_VERSION=v3
PATH="$(bash tools/sbpf/install.sh):$PATH"
built=${CARGO_TARGET_DIR:-target}/deploy
names=()
for folder in tests/fixtures/programs/*/; do names+=("$(basename "$folder")"); done
cargo build-sbf "${names[@]/#/--package=}"
mkdir -p target/fixtures artifacts/fixtures
for name in "${names[@]}"; do
  install -m 644 "$built/$name.so" target/fixtures/
  install -m 644 "$built/$name.so" artifacts/fixtures/
done
