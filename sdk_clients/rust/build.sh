#!/bin/sh
# Builds target/release/sdk-client. Cargo repairs whatever a build that was killed has left.
set -eu
cd "$(dirname "$0")"
exec cargo build --quiet --release --locked
