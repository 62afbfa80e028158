#!/bin/bash
# Builds the local validator into the user's cache folder, once per state of its sources, and prints the
# binary's path, alone on stdout:
#   "$(bash tools/localnet/build.sh)" --port 8899
# About 14 minutes on two cores the first time; after a change of src/ a minute.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/valetkey

stamp=$(cd "$here" && find Cargo.toml Cargo.lock src -type f -print0 | LC_ALL=C sort -z |
  xargs -0 sha256sum | sha256sum | cut -c1-16)
binary=$cache/localnet-$stamp/localnet

if [ ! -x "$binary" ]; then
  echo "localnet: building (the first time takes a while)" >&2
  # Dependencies are kept beside it, so that only what changed is built anew.
  target=${CARGO_TARGET_DIR:-$cache/localnet-target}
  OPENSSL_NO_VENDOR=1 CARGO_TARGET_DIR=$target nice -n 10 \
    cargo build --release --locked --ignore-rust-version --manifest-path "$here/Cargo.toml" >&2
  mkdir -p "$(dirname "$binary")"
  fresh=$(mktemp "$binary.XXXXXX")
  cp "$target/release/localnet" "$fresh"
  chmod 755 "$fresh"
  mv "$fresh" "$binary"
fi
echo "$binary"
