#!/bin/sh
# Waits until Temporal serves, then sees to its namespace and to the attributes that runs are filtered by. May be run again at any time.
# Reads TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and RETENTION (how long finished runs stay in Temporal; reports stay in the data folder).
set -eu

tries=0
until temporal operator cluster health >/dev/null 2>&1; do
  tries=$((tries + 1))
  if [ "$tries" -ge 60 ]; then
    echo "setup-namespace: $TEMPORAL_ADDRESS did not begin to serve within a minute" >&2
    exit 1
  fi
  sleep 1
done

temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"

# A namespace that was created just now takes a moment until every part of the server knows it.
tries=0
until temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
  --name ChaosCluster --type Keyword --name ChaosState --type Keyword --name ChaosScenario --type Keyword; do
  tries=$((tries + 1))
  if [ "$tries" -ge 30 ]; then
    echo 'setup-namespace: the search attributes could not be created' >&2
    exit 1
  fi
  sleep 1
done
echo "setup-namespace: namespace $TEMPORAL_NAMESPACE is ready"
