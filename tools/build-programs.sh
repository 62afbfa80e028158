#!/usr/bin/env bash
# Builds valetkey and arena with their IDLs; `--help` says how.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'TEXT'
npm run build:program [-- OPTIONS]

Builds the programs valetkey and arena, their IDLs and the IDLs' types.

  (no option)           for the local cluster, into artifacts/, with the ids of Anchor.toml
  --cluster NAME        local (default), devnet or mainnet; the two others go into target/deployments/NAME/
  --program-id ADDRESS  valetkey's id on that cluster, when Anchor.toml records none
  --platform-tools      with Solana's compiler (the cargo-build-sbf on PATH), into target/deployments/NAME/
  --help                this text

The build refuses an id that another cluster has in Anchor.toml. Without Rust nothing here is needed: artifacts/ is committed.
TEXT
}
fail() {
  echo "build:program: $*" >&2
  exit 2
}

cluster=local program_id='' platform_tools=''
while [ $# -gt 0 ]; do
  case $1 in
    --cluster) cluster=${2-} && shift 2 || fail "--cluster needs a name: local, devnet or mainnet" ;;
    --program-id) program_id=${2-} && shift 2 || fail "--program-id needs an address" ;;
    --platform-tools) platform_tools=1 && shift ;;
    --help | -h) usage && exit 0 ;;
    *) fail "unknown option $1; see npm run build:program -- --help" ;;
  esac
done
case $cluster in
  local | devnet | mainnet) ;;
  *) fail "--cluster is local, devnet or mainnet, not '$cluster'" ;;
esac
command -v cargo >/dev/null || fail "cargo is not on PATH: building needs Rust (running doesn't: artifacts/ is committed)"

export VALETKEY_CLUSTER=$cluster SBPF_VERSION=v3
if [ -n "$program_id" ]; then export VALETKEY_PROGRAM_ID=$program_id; else unset VALETKEY_PROGRAM_ID; fi
out=artifacts
if [ "$cluster" != local ] || [ -n "$platform_tools" ]; then out=target/deployments/$cluster; fi

build=(cargo build-sbf)
if [ -n "$platform_tools" ]; then
  command -v cargo-build-sbf >/dev/null || fail "--platform-tools: Solana's cargo-build-sbf is not on PATH"
  build+=(--arch v3)
  compiler="platform-tools: $(cargo build-sbf --version | tr '\n' ' ')"
else
  PATH="$(bash tools/sbpf/install.sh):$PATH"
  compiler=$(bash tools/sbpf/version.sh)
fi

# Everything is put into place at the end: an interrupted build leaves what was there as it was.
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
target=${CARGO_TARGET_DIR:-target}
for name in valetkey arena; do
  "${build[@]}" --manifest-path "programs/$name/Cargo.toml"
  cp "$target/deploy/$name.so" "$fresh/$name.so"
  cargo run --quiet --locked --package valetkey-idl -- "programs/$name" >"$fresh/$name.json"
  node tools/idl-types.mjs "$fresh/$name.json" >"$fresh/$name.ts"
done
printf '%s\n' "$compiler" >"$fresh/toolchain.txt"
mkdir -p "$out"
install -m 644 "$fresh"/* "$out"
echo "built for $cluster into $out: valetkey.so, arena.so, their IDLs and types"
