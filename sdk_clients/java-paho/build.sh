#!/bin/sh
# Builds dist/client.jar and dist/client.jsa.
cd "$(dirname "$0")" && exec ../java-common/build.sh
