#!/bin/bash
# Builds the runtime (src/, and compiler_builtins' f64 functions) to one bitcode file: OUT/sbpf_rt.bc
#   build.sh OUT       (OUT holds sbpf-rustc already; called by ../install.sh)
set -euo pipefail
sources=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

SOFT_FLOAT="__adddf3,__subdf3,__muldf3,__divdf3,__unorddf2,__eqdf2,__ltdf2,__ledf2,__gtdf2,__gedf2"
SOFT_FLOAT+=",__floatdidf,__floatundidf,__fixdfdi,__fixunsdfdi"

# A copy, so that no Cargo.lock or target folder appears in the checkout.
cp -r "$sources/Cargo.toml" "$sources/src" "$work/"
cd "$work"
unset RUSTUP_TOOLCHAIN RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS CARGO_BUILD_TARGET
export RUSTC="$out/sbpf-rustc" RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$work/target"
/usr/bin/cargo rustc -q --release --lib -Zbuild-std=core --target bpfel-unknown-none -- --emit=llvm-bc >&2

built=$work/target/bpfel-unknown-none/release/deps
mkdir builtins
(cd builtins && llvm-ar-22 x "$built"/libcompiler_builtins-*.rlib && rm -f lib.rmeta)
LC_ALL=C llvm-link-22 builtins/*.o -o builtins.bc
cp "$built"/sbpf_rt-*.bc own.bc
llvm-link-22 own.bc builtins.bc -o all.bc

own=$(llvm-nm-22 --defined-only own.bc | awk '$2 == "T" { print $3 }' | paste -sd,)
opt-22 -passes="internalize,globaldce,default<Os>,globaldce" \
  -internalize-public-api-list="$own,$SOFT_FLOAT" all.bc -o sbpf_rt.bc

undefined=$(llvm-nm-22 --undefined-only sbpf_rt.bc)
if [ -n "$undefined" ]; then
  echo "sbpf: the runtime misses functions: $undefined" >&2
  exit 1
fi
mv sbpf_rt.bc "$out/sbpf_rt.bc"
