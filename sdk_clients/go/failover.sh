#!/bin/sh
# Runs the built client in place of this shell, so that process id, signals and exit status are the client's own.
# The folder by no process of its own: whatever is killed here is the client.
case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
if [ ! -x "$here/bin/basic-pubsub" ]; then
    echo '{"sdk":"go","sent":0,"received":0,"lost":0,"p99_ms":null,"errors":["not built: expected sdk_clients/go/bin/basic-pubsub, got none; run sdk_clients/go/build.sh"]}'
    exit 3
fi
exec "$here/bin/basic-pubsub" failover
