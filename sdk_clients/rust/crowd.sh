#!/bin/sh
# Becomes the built client, so that process id, signals and exit status are its own. It never builds.
# The folder by no process of its own: whatever is killed here is the client.
case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
artefact="$here/target/release/sdk-client"
if [ ! -x "$artefact" ]; then
  echo '{"sdk":"rust","sent":0,"received":0,"lost":0,"p99_ms":null,"errors":["not built: expected sdk_clients/rust/target/release/sdk-client, got none; run sdk_clients/rust/build.sh"]}'
  exit 3
fi
exec "$artefact" crowd
