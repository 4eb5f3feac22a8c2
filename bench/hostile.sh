#!/usr/bin/env bash
# Runs all that is tried against the program and prints a table of tries and faults; ends with 1 if there is a fault.
#   bench/hostile.sh            the suites of tests, some minutes
#   bench/hostile.sh 60         the same, and each fuzz target for so many seconds
set -euo pipefail
cd "$(dirname "$0")/.."
log="$(mktemp)"
table="$(mktemp)"
trap 'rm -f "$log" "$table"' EXIT

# suite, what is tried, the argument that names it to cargo test
suites=(
  'hostile|expressions and packs that ask for too much|--test hostile'
  'replies|what answers in place of AWS: endless, trickling, packed, odd names|--lib collect::tests::hostile'
  'packs|packs with other bytes, members, signers, sizes|--test verify'
  'files|pipes, devices and endless files that a user names|--test files'
  'disks|disks that fail, processes at once, locks that lie|--test machine'
  'vaults|altered, missing, foreign, half copied vaults|--test vault'
  'names|hostile names in HTML, Markdown, CSV (LibreOffice), calendars|--test formats hostile:: spreadsheet::'
  'secrets|secrets in replies, and where they must not be|--test end_to_end secrets'
)

faults=0
row() { printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$@" >>"$table"; }
row suite 'what is tried' tests tries faults seconds
for suite in "${suites[@]}"; do
  IFS='|' read -r name what line <<<"$suite"
  read -ra words <<<"$line"
  # The first two words say which tests are built; those after them choose among these.
  case "${words[0]}" in --lib) built=1 ;; *) built=2 ;; esac
  begun=$SECONDS
  echo "$name: $what" >&2
  ./test.sh "${words[@]:0:built}" -- --nocapture "${words[@]:built}" >"$log" 2>&1 || true
  passed=$(awk '/^test result:/ { n += $4 } END { print n + 0 }' "$log")
  failed=$(awk '/^test result:/ { n += $6 } END { print n + 0 }' "$log")
  # A suite that did not run found nothing, and that is a fault.
  [ "$((passed + failed))" -gt 0 ] || failed=1
  tries=$(grep -oE 'tried [0-9]+ ' "$log" | awk '{ n += $2 } END { print n + 0 }' || true)
  row "$name" "$what" "$((passed + failed))" "$tries" "$failed" "$((SECONDS - begun))"
  grep -oE 'tried [0-9]+ .*' "$log" | sort | sed 's/^tried \([0-9]*\) /  \1  /' >&2 || true
  [ "$failed" = 0 ] || { faults=1; cat "$log" >&2; }
done
column -t -s "$(printf '\t')" "$table"
if [ "$#" -gt 0 ]; then ./test.sh fuzz "$1" || faults=1; fi
exit "$faults"
