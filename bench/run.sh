#!/usr/bin/env bash
# Measures everything that has a goal, side by side, and prints one table. On a quiet machine: half an hour with Prowler.
#   bench/run.sh                    all
#   bench/run.sh collect|history|trend|judge|load|report|verify …   some
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-$PWD/target}"
[ "$#" -gt 0 ] || set -- collect history trend judge load report verify

export AUDITPACK_VENV="${AUDITPACK_VENV:-$target/venv}"
export AUDITPACK="$target/release/auditpack"
if ! cmp -s tests/emulator/requirements.txt "$AUDITPACK_VENV/installed"; then
  python3 -m venv "$AUDITPACK_VENV"
  "$AUDITPACK_VENV/bin/pip" install --quiet --disable-pip-version-check -r tests/emulator/requirements.txt
  cp tests/emulator/requirements.txt "$AUDITPACK_VENV/installed"
fi
cargo build --release --locked --quiet

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export AUDITPACK_DEMO="$work/demo"
"$AUDITPACK" --quiet demo --out "$AUDITPACK_DEMO" >"$work/demo.txt"

# Prowler, the newest that installs, in an environment of its own.
prowler() {
  local venv="$target/bench"
  if [ ! -x "$venv/bin/prowler" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check prowler
  fi
  export PROWLER="$venv/bin/prowler"
  "$venv/bin/pip" --disable-pip-version-check list 2>/dev/null | awk '$1 == "prowler" { print "Prowler version\t\t" $2 "\t" }'
}

{
  printf 'what\tgoal\tfigure\t\n'
  printf 'machine, load before\t\t%s, %s\t\n' \
    "$(nproc) x $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo)" "$(cut -d' ' -f1 /proc/loadavg)"
  for part in "$@"; do
    case "$part" in
    collect)
      prowler
      "$AUDITPACK_VENV/bin/python" bench/collect.py
      ;;
    load) "$AUDITPACK_VENV/bin/python" bench/load.py ;;
    history | trend | judge | verify) cargo bench --locked --quiet --bench "$part" ;;
    report)
      cargo bench --locked --quiet --bench report -- demo
      cargo bench --locked --quiet --bench report -- index
      ;;
    *)
      echo "no such measurement: $part" >&2
      exit 2
      ;;
    esac
  done
} | tee "$work/table" | cut -f1 >&2
column -t -s "$(printf '\t')" "$work/table"
