#!/bin/sh
# Builds .venv. It counts as built only with the file `complete` in it, so one that was interrupted is simply built again.
set -eu
cd -- "$(dirname -- "$0")"
python=${PYTHON:-python3}
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
    echo "build.sh: expected Python 3.10 or later as $python, got $("$python" --version 2>&1 || true)" >&2
    exit 1
fi
rm -f .venv/complete
rm -rf .venv
"$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements.txt
touch .venv/complete
