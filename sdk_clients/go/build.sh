#!/bin/sh
# Builds bin/basic-pubsub. It is put in place only when it is whole, so a build that was interrupted leaves no half of one.
set -eu
cd -- "$(dirname -- "$0")"
export CGO_ENABLED=0
go build -mod=readonly -buildvcs=false -trimpath -ldflags "-s -w" -o bin/basic-pubsub.partial .
mv -f bin/basic-pubsub.partial bin/basic-pubsub
