# Sourced by install.sh and version.sh: where things are, and what the kit's files hash to.

# Debian's packages and the commands that they bring. rustup's toolchains can't stand in: they come without
# the sources of std and with another LLVM than the one that finishes the job.
SBPF_PACKAGES="rustc-web cargo-web rust-web-src libstd-rust-web-dev llvm-22 llvm-22-dev g++ python3 patch"
SBPF_RUSTC=/usr/bin/rustc
SBPF_RUST_SOURCES=/usr/src/rustc-*/library

# Absolute path of the kit's sources (the folder of this file).
sbpf_sources() { cd "$(dirname "${BASH_SOURCE[0]}")" && pwd; }

# The compiler as one line: rustc's own and the LLVM that it and the linker use.
sbpf_compiler() {
  local rustc llvm
  rustc=$("$SBPF_RUSTC" --version)
  llvm=$(llvm-config-22 --version)
  echo "$rustc / LLVM $llvm"
}

# Hash of every file that has a say in what the kit compiles to, and of the compiler underneath.
sbpf_stamp() {
  local sources
  sources=$(sbpf_sources)
  {
    cd "$sources"
    find bin legalize postlink runtime std common.sh install.sh sbpf-solana.json -type f \
      ! -name '*.pyc' ! -path '*/target/*' ! -name Cargo.lock -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    sbpf_compiler
  } | sha256sum | cut -c1-16
}

# Where the kit with this stamp lives.
sbpf_home() { echo "${XDG_CACHE_HOME:-$HOME/.cache}/valetkey/sbpf-$(sbpf_stamp)"; }
