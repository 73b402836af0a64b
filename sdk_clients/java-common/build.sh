#!/bin/sh
# Builds the Java client in the folder that it is called in: dist/client.jar and dist/client.jsa, an archive of its loaded classes that
# halves the start-up time.
# A build that was killed is repaired by the next one: everything is made anew, and moved into place when it is whole.
set -eu
# Under LC_ALL=C, Java cannot open what has a letter beyond ASCII in its path.
export LC_ALL=C.UTF-8

rm -rf target dist
mvn --quiet --batch-mode -Dmaven.test.skip=true package
mkdir dist
mv target/client.jar dist/client.jar

# The archive is bound to this very jar, to its absolute path and to this JVM. The exercise needs no broker.
dist="$(pwd -P)/dist"
java -XX:ArchiveClassesAtExit="$dist/client.jsa.part" -Xlog:disable -Xlog:all=error:stderr \
  -XX:+UseSerialGC -jar "$dist/client.jar" --class-data-exercise >target/class-data-exercise.log
mv dist/client.jsa.part dist/client.jsa
