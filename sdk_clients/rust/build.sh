#!/bin/sh
# Builds target/release/sdk-client. Cargo repairs whatever a build that was killed has left.
set -eu
cd -P "$(dirname "$0")"
here=$PWD
flags=
# LLVM's linker, which Rust brings along, puts random digits in place of each % in the path of what it makes.
case $here in *%*) flags=-Clink-arg=-fuse-ld=bfd ;; esac
# From / : cargo reads .cargo/config.toml in every folder above the one where it is started, and none of them is ours. RUSTFLAGS, though empty, replaces those
# of the person's own config.toml.
cd /
RUSTFLAGS=$flags cargo build --quiet --release --locked --manifest-path "$here/Cargo.toml" --target-dir "$here/target"
if [ ! -x "$here/target/release/sdk-client" ]; then
  echo "build.sh: expected cargo to make target/release/sdk-client, got none: does build.target in ${CARGO_HOME:-$HOME/.cargo}/config.toml name another machine?" >&2
  exit 1
fi
