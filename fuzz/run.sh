#!/usr/bin/env bash
# Fuzzes: each target in turn, with a table at the end. A target that breaks fails the run, and the others still have theirs.
#   fuzz/run.sh                     all targets, a minute each
#   fuzz/run.sh SECONDS [NAME …]    so many seconds each, those targets only
set -euo pipefail
cd "$(dirname "$0")/.."
seconds="${1:-60}"
if (($#)); then shift; fi
[[ $seconds =~ ^[0-9]+$ ]] || { echo "\`$seconds\` is not a number of seconds" >&2; exit 2; }

# How many bytes an input may have: twice an honest one's, or as many as reach every part of the reader.
declare -A longest=([pack]=8192 [manifest]=16384 [journal]=4096 [vault_pack]=4096 [patch]=8192 [reply]=8192
  [credential_report]=4096 [digest]=8192 [settings]=8192 [mappings]=6144 [expression]=512 [pdf_signature]=40960 [cms]=4096)

cargo fuzz --version >/dev/null 2>&1 || cargo install cargo-fuzz --locked --quiet
# The stable toolchain has libFuzzer's coverage, but not the sanitizers: our code is without `unsafe`.
cargo fuzz build --sanitizer none
mapfile -t targets < <(cargo fuzz list)
if (($#)); then targets=("$@"); fi

logs="$(mktemp -d)"
table="$(printf '%-18s %10s %10s %8s %8s %9s\n' target runs runs/s edges corpus peak)"
broken=()
for target in "${targets[@]}"; do
  log="$logs/$target"
  echo "fuzzing $target for $seconds s" >&2
  if cargo fuzz run --sanitizer none "$target" -- -max_total_time="$seconds" -max_len="${longest[$target]:-4096}" \
    -rss_limit_mb=2048 -timeout=30 -print_final_stats=1 >"$log" 2>&1; then
    how=
  else
    how=BROKEN
    broken+=("$target")
    tail -n 40 "$log" >&2
  fi
  stat() { sed -n "s/^stat::$1: *//p" "$log" | tail -n 1; }
  last="$(grep -E '^#[0-9]+.* cov: ' "$log" | tail -n 1 || true)"
  edges="$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' <<<"$last")"
  corpus="$(sed -n 's/.* corp: \([0-9]*\).*/\1/p' <<<"$last")"
  table+="$(printf '\n%-18s %10s %10s %8s %8s %6s MB %s' "$target" "$(stat number_of_executed_units)" \
    "$(stat average_exec_per_sec)" "$edges" "$corpus" "$(stat peak_rss_mb)" "$how")"
done
echo "$table"
if ((${#broken[@]})); then
  echo "broken: ${broken[*]}; the inputs lie in fuzz/artifacts, the logs in $logs" >&2
  exit 1
fi
rm -r "$logs"
