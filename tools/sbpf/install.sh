#!/bin/bash
# Installs the kit under the user's cache folder and prints the folder to put on PATH, alone on stdout:
#   PATH="$(bash tools/sbpf/install.sh):$PATH" cargo build-sbf
# The folder's name carries a hash of the kit and of the compiler, so that an installed kit is never changed
# and two of them live side by side. Half a minute the first time, nothing afterwards.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
sources=$(sbpf_sources)

log() { echo "sbpf: $*" >&2; }

packages_are_there() {
  local tool
  for tool in "$SBPF_RUSTC" /usr/bin/cargo /usr/bin/opt-22 /usr/bin/llvm-config-22; do
    [ -x "$tool" ] || return 1
  done
  for tool in g++ python3 patch; do
    command -v "$tool" >/dev/null || return 1
  done
  compgen -G "$SBPF_RUST_SOURCES" >/dev/null
}

# As root or by sudo that asks for no password; otherwise says what somebody who may has to run.
install_packages() {
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
      log "Debian packages are missing. Run this as root, then try again:"
      log "  apt-get update && apt-get install -y $SBPF_PACKAGES"
      exit 1
    fi
    as_root=(sudo -n)
  fi
  log "installing Debian packages: $SBPF_PACKAGES"
  "${as_root[@]}" apt-get update -qq >&2
  # shellcheck disable=SC2086  # one word per package
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $SBPF_PACKAGES >&2
}

# Everything that `cargo build-sbf` needs, in the folder $1.
assemble() {
  local stage=$1
  mkdir -p "$stage/bin" "$stage/lib"
  install -m 755 "$sources"/bin/cargo-build-sbf "$stage/bin/"
  install -m 755 "$sources"/bin/{sbpf-ld,sbpf-rustc} "$stage/lib/"
  cp "$sources/bin/built_libraries.py" "$stage/lib/"
  cp "$sources/sbpf-solana.json" "$stage/lib/"
  mkdir "$stage/lib/postlink"
  cp "$sources"/postlink/*.py "$stage/lib/postlink/"

  log "patching the sources of std"
  # shellcheck disable=SC2086  # a glob
  cp -r $SBPF_RUST_SOURCES "$stage/lib/library"
  patch -s -p1 -d "$stage/lib/library" < "$sources/std/std-solana.patch"
  cp "$sources/std/solana_alloc.rs" "$stage/lib/library/std/src/sys/alloc/solana.rs"

  log "compiling the LLVM pass"
  # shellcheck disable=SC2046  # several flags
  g++ -shared -fPIC -O1 $(llvm-config-22 --cxxflags) -fno-rtti "$sources"/legalize/*.cpp \
    -o "$stage/lib/sbpf_legalize.so"

  log "compiling the runtime"
  bash "$sources/runtime/build.sh" "$stage/lib"
}

packages_are_there || install_packages
home=$(sbpf_home)
if [ ! -x "$home/bin/cargo-build-sbf" ]; then
  mkdir -p "$(dirname "$home")"
  stage=$(mktemp -d "$home.XXXXXX")
  trap 'rm -rf "$stage"' EXIT
  assemble "$stage"
  chmod 755 "$stage"
  # Whoever comes second finds the folder there already, with the same content.
  if mv -T "$stage" "$home" 2>/dev/null; then
    log "installed in $home"
  fi
  [ -x "$home/bin/cargo-build-sbf" ] || { log "could not install into $home"; exit 1; }
fi
echo "$home/bin"
