#!/bin/sh
# Starts the Java kernel for a notebook, as kernel.json of notebooks/setup.sh says: kernel.sh KERNEL_JAR CONNECTION_FILE.
# The native settings are decided at each start, by the same script as those of ./quietstar; what is in the
# environment already wins.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
if ! ls "$root"/target/quietstar-*-all.jar >/dev/null 2>&1; then
    echo "quietstar: $root/target holds no quietstar-*-all.jar; run notebooks/setup.sh again" >&2
    exit 2
fi
settings=$(sh "$root/src/main/scripts/native-env.sh")
# An empty OPENBLAS_CORETYPE matches the first core that OpenBLAS knows, whatever the processor is.
unset OPENBLAS_CORETYPE
for setting in $settings; do
    export "${setting?}"
done
java=java
[ -z "${JAVA_HOME:-}" ] || java=$JAVA_HOME/bin/java
# shellcheck disable=SC2086 # options are meant to be split
exec "$java" "-Xmx$QUIETSTAR_HEAP" "-Dorg.bytedeco.javacpp.maxbytes=$QUIETSTAR_OFFHEAP" \
    "-Dorg.bytedeco.javacpp.maxphysicalbytes=$QUIETSTAR_PHYSICAL" -Djava.awt.headless=true \
    ${QUIETSTAR_JAVA_OPTS:-} -jar "$1" "$2"
