#!/usr/bin/env bash
# Installs what the tests need (Debian packages, a Python venv) and runs them all.
#   ./test.sh            all tests
#   ./test.sh NAME …     those whose names contain NAME (the arguments go to cargo test)
#   ./test.sh fuzz [SECONDS]
#                        no tests: each fuzz target for a minute, or so many seconds
set -euo pipefail
cd "$(dirname "$0")"

if [ "${1-}" = fuzz ]; then
  exec fuzz/run.sh "${@:2}"
fi

# Validators that we did not write, and a browser to look at the report with.
declare -A packages=([openssl]=openssl [pdfsig]=poppler-utils [qpdf]=qpdf [unzip]=unzip [sha256sum]=coreutils
  [chromium]=chromium [node]=nodejs [npm]=npm [systemd-analyze]=systemd
  [soffice]=libreoffice-calc-nogui)
missing=()
for command in "${!packages[@]}"; do
  command -v "$command" >/dev/null 2>&1 || missing+=("${packages[$command]}")
done
if ((${#missing[@]})); then
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"
fi

# The emulator (moto), the oracles (botocore, and the AWS CLI, which brings a botocore of its own) and the PDF validator
# (pyHanko) live in a venv beside the build.
export AUDITPACK_VENV="${AUDITPACK_VENV:-${CARGO_TARGET_DIR:-$PWD/target}/venv}"
stamp="$AUDITPACK_VENV/installed"
if ! cmp -s tests/emulator/requirements.txt "$stamp"; then
  python3 -m venv "$AUDITPACK_VENV"
  "$AUDITPACK_VENV/bin/pip" install --quiet --disable-pip-version-check -r tests/emulator/requirements.txt
  cp tests/emulator/requirements.txt "$stamp"
fi

# axe-core judges the report's accessibility in the browser.
export AUDITPACK_NODE="${AUDITPACK_NODE:-${CARGO_TARGET_DIR:-$PWD/target}/node}"
if ! cmp -s tests/browser/package.json "$AUDITPACK_NODE/package.json"; then
  mkdir -p "$AUDITPACK_NODE"
  cp tests/browser/package.json "$AUDITPACK_NODE/"
  (cd "$AUDITPACK_NODE" && npm install --silent --no-audit --no-fund --ignore-scripts)
fi

# One failure does not hide the next.
cargo test --locked --no-fail-fast "$@"
