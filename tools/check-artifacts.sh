#!/usr/bin/env bash
# Rebuilds the programs of artifacts/ and compares every byte. With another compiler version than the one recorded beside them the
# bytes may differ: then it says so and puts the fresh build in place, so that the suite runs on what was just built.
set -euo pipefail
cd "$(dirname "$0")/.."
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
cp -r artifacts/. "$before"
bash tools/build-programs.sh >/dev/null
bash tools/build-fixtures.sh >/dev/null
if diff -rq "$before" artifacts; then
  echo "artifacts/ equals a fresh build"
elif ! cmp -s "$before/toolchain.txt" artifacts/toolchain.txt; then
  echo "artifacts/ was built by: $(tr '\n' ' ' <"$before/toolchain.txt")"
  echo "this machine has:       $(tr '\n' ' ' <artifacts/toolchain.txt)"
  echo "Not compared; what follows tests the fresh build."
else
  echo "artifacts/ differs from a fresh build: run 'npm run build:program' and commit the result." >&2
  cp -r "$before/." artifacts/
  exit 1
fi
