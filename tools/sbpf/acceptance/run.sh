#!/bin/bash
# Acceptance test of the kit: `digest` computes the same in the SVM as on this machine, for both sBPF
# versions, at several optimisation levels and from several seeds. Ends with a line `N passed, N failed` and fails when
# one did.
#   bash tools/sbpf/acceptance/run.sh [SEED …]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
VERSIONS=(v0 v3)
OPTIMISATIONS=(O2 Oz)
seeds=("$@")
[ ${#seeds[@]} -gt 0 ] || seeds=(1 42 1337 9007199254740993 18446744073709551615)

bin=$(bash "$here/../install.sh")
export PATH="$bin:$PATH"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/valetkey/sbpf-acceptance}
manifest=$here/digest/Cargo.toml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The same compiler natively: what differs then is the kit's doing.
RUSTC=/usr/bin/rustc /usr/bin/cargo build -q --release --locked --bin digest --manifest-path "$manifest"
"$CARGO_TARGET_DIR/release/digest" "${seeds[@]}" > "$work/native"

programs=()
for version in "${VERSIONS[@]}"; do
  for optimisation in "${OPTIMISATIONS[@]}"; do
    echo "building digest for sBPF $version with $optimisation" >&2
    SBPF_VERSION=$version SBPF_OPT=$optimisation cargo build-sbf -q --lib --locked \
      --manifest-path "$manifest" --sbf-out-dir "$work/$version-$optimisation"
    programs+=("$work/$version-$optimisation/digest.so")
  done
done
node "$here/compare.mjs" "$work/native" "${programs[@]}"
