#!/bin/sh
# Waits until Temporal serves, then sees to its namespace and to the attributes that runs are filtered by. May be run again at any time.
# Reads TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and RETENTION (how long finished runs stay in Temporal; reports stay in the data folder).
set -eu

# insist <seconds> <complaint> <command…>: once a second until it succeeds.
insist() {
  left=$1 complaint=$2
  shift 2
  until "$@"; do
    left=$((left - 1))
    if [ "$left" -le 0 ]; then
      echo "setup-namespace: $complaint" >&2
      exit 1
    fi
    sleep 1
  done
}

insist 60 "$TEMPORAL_ADDRESS did not begin to serve within a minute" \
  sh -c 'temporal operator cluster health >/dev/null 2>&1'

temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"

# A namespace that was created just now takes a moment until every part of the server knows it.
insist 30 'the search attributes could not be created' \
  temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
  --name ChaosCluster --type Keyword --name ChaosState --type Keyword --name ChaosScenario --type Keyword
echo "setup-namespace: namespace $TEMPORAL_NAMESPACE is ready"
