#!/usr/bin/env bash
# The main job prints one JSON object alone on standard output, with the facts that the README promises.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp)
trap 'rm -f "$out"' EXIT
npm start --silent -- --json >"$out"
node tools/check-main-job.mjs "$out"
