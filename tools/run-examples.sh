#!/usr/bin/env bash
# Runs every example as a newcomer would; each ends by itself and exits 0. (The mocha example is part of `npm test`.)
set -euo pipefail
cd "$(dirname "$0")/.."
for example in examples/*.ts; do
  case $example in *.test.ts) continue ;; esac
  echo "== $example"
  timeout 120 node tools/run.mjs "$example"
done
