#!/bin/sh
# Becomes the built client, so that process id, signals and exit status are its own. It never builds.
# The folder by no process of its own: whatever is killed here is the client.
case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
# The class archive is bound to the jar's absolute path.
CDPATH= cd -P -- "$here" && dist=$PWD/dist && cd -- "$OLDPWD" || exit
if [ ! -f "$dist/client.jar" ]; then
  echo '{"sdk":"java-paho","sent":0,"received":0,"lost":0,"p99_ms":null,"errors":["not built: expected sdk_clients/java-paho/dist/client.jar, got none; run sdk_clients/java-paho/build.sh"]}'
  exit 3
fi
# Serial collector, first-level compiler and class archive: a client of half a minute never earns back what the defaults cost.
# Under LC_ALL=C, Java cannot open what has a letter beyond ASCII in its path.
LC_ALL=C.UTF-8 exec java -XX:SharedArchiveFile="$dist/client.jsa" -Xlog:disable -Xlog:all=warning:stderr \
  -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx512m -jar "$dist/client.jar" wills
