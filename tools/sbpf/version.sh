#!/bin/bash
# Prints the compiler that the kit uses, to be recorded beside what it built: another compiler, other bytes.
#   rustc 1.96.0 (…) / LLVM 22.1.8
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [ ! -x "$SBPF_RUSTC" ] || ! command -v llvm-config-22 >/dev/null; then
  echo "sbpf: the Debian packages are missing; run $(sbpf_sources)/install.sh" >&2
  exit 1
fi
sbpf_compiler
