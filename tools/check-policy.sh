#!/usr/bin/env bash
# What must never be in the tree, each with the reason. Prints every offence, exits 1 when there is one.
set -uo pipefail
cd "$(dirname "$0")/.."
bad=0
forbid() { # forbid REASON PATTERN PATHSPEC…
  local reason=$1 pattern=$2 found
  shift 2
  if found=$(git grep -nIE "$pattern" -- "$@"); then
    printf '%s\n%s\n\n' "$reason" "$found"
    bad=1
  fi
}

forbid "K07: no debug features in programs" 'test-clock|no-limits|skip-checks' 'programs/*' 'crates/*'
forbid "H08: the engine behaves the same on the host and on chain" 'target_os' 'crates/valetkey-engine/src'
forbid "J04: the program never reads lookup tables itself" 'AddressLookupTab1e|lookup_table' 'programs/valetkey/src'
forbid "No account loading over unsafe: SAFETY notes are owed" '^[^/]*\bunsafe\b' 'crates/valetkey-engine/src'
forbid "M01: session keys are never kept in localStorage" 'localStorage' 'app/*/src'
forbid "The client logs nothing (examples in comments may)" '^ *([^/* ].*)?console\.' 'app/sdk/src'
forbid "Unfinished work" '\b(TODO|FIXME|XXX|unimplemented!|todo!)\b' 'programs' 'crates' 'app' 'tests' 'migrations' 'examples'
forbid "Tests that don't run" '\b(describe|it)\.(only|skip)\(' 'app' 'tests' 'migrations' 'examples'
forbid "Absolute machine paths" '(^|[^A-Za-z0-9_./-])/(work|farm|root)/' '.' ':!package-lock.json' ':!tools/check-policy.sh'

# `unsafe` in the program stands only in the entry and the CPI code, each with its reason.
while IFS=: read -r file line _; do
  start=$((line > 10 ? line - 10 : 1))
  sed -n "${start},${line}p" "$file" | grep -q 'SAFETY\|# Safety' && continue
  printf 'unsafe without a SAFETY note: %s:%s\n' "$file" "$line"
  bad=1
done < <(git grep -nE '\bunsafe\b' -- 'programs/valetkey/src' | grep -v '//.*unsafe')

# anchor types only: the client must not load Anchor at run time (67 kB, does not tree-shake).
if git grep -nE 'from "@coral-xyz/anchor"' -- 'app/sdk/src' | grep -v 'import type'; then
  echo "@coral-xyz/anchor may be imported by the client for its types only"
  bad=1
fi

# One copy of web3.js: two would make instanceof and Connection types disagree.
copies=$(find node_modules -path '*@solana/web3.js/package.json' -not -path '*/lib/*' 2>/dev/null | wc -l)
if [ "$copies" -gt 1 ]; then
  echo "more than one copy of @solana/web3.js is installed ($copies)"
  bad=1
fi

[ "$bad" -eq 0 ] && echo "nothing forbidden in the tree"
exit "$bad"
