#!/usr/bin/env bash
# Builds this project for CUDA and gathers what src/bench/gpu.sh needs on a machine without a network, in one folder: the
# program, ND4J's and CUDA's libraries, the tests, and a Java runtime.
#
#   src/bench/gpu-bundle.sh FOLDER [PROFILE [CAPABILITY]]
#
# PROFILE is cuda-jit (by default; compute capability 3.5 and above), cuda (3.7 to 8.9), cuda-system, or none for the CPU.
# With CAPABILITY, such as 9.0, all code for other devices is blanked out and libraries that ND4J does not load are left
# out: the folder then packs to a tenth. FOLDER must not exist. Needs a JDK 17, unzip, 8 GB of disk and, once, a network.
#
# From the environment: JAVA_HOME; QUIETSTAR_BUILD=never (take the build that is there).
set -euo pipefail

fail() {
    echo "gpu-bundle.sh: $*" >&2
    exit 2
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=${1:?usage: src/bench/gpu-bundle.sh FOLDER [PROFILE [CAPABILITY]]}
profile=${2:-cuda-jit}
capability=${3:-}
bin=${JAVA_HOME:+$JAVA_HOME/bin/}
target=$root/target
options=()
case $profile in
    none) ;;
    cuda | cuda-system | cuda-jit) options=("-P$profile") ;;
    *) fail "$profile is no profile; cuda-jit, cuda, cuda-system or none." ;;
esac
[[ $profile != cuda-jit ]] || target=$root/target/m1.1
[[ -z $capability || $capability =~ ^[0-9]+\.[0-9]$ ]] || fail "$capability is no compute capability; write 9.0."
[[ ! -e $folder ]] || fail "$folder is there already; name a folder that is not."
[[ -z $capability ]] || command -v unzip >/dev/null || fail "no unzip found; install it."
command -v "${bin}jlink" >/dev/null || fail "no jlink found. Set JAVA_HOME to a JDK 17 or newer."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

maven() { (cd "$root" && ./mvnw -B -ntp -q "${options[@]}" "$@"); }

if [[ ${QUIETSTAR_BUILD:-auto} != never ]]; then
    echo "gpu-bundle.sh: building with ${options[*]:-no profile} ..." >&2
    # Without leftovers of another build: what lies in lib goes along.
    rm -rf "$target/lib"
    maven -DskipTests package
fi
[[ -f $(echo "$target"/quietstar-*-all.jar) ]] || fail "no quietstar-*-all.jar in $target; unset QUIETSTAR_BUILD."

echo "gpu-bundle.sh: gathering ..." >&2
mkdir -p "$work/jars"
cp "$target"/quietstar-*-all.jar "$work/jars"
if [[ $profile != none ]]; then cp "$target"/lib/*.jar "$work/jars"; fi
# Both modules' tests have the helpers that they share, and a jar takes a class but once.
mkdir "$work/tests"
cp -R "$target/samediff/test-classes/." "$target/test-classes/." "$work/tests"
"${bin}jar" --create --no-compress --file "$work/jars/quietstar-tests.jar" -C "$work/tests" .
# The phase, of which nothing is compiled, is what lets Maven find one module for the other.
maven compile dependency:copy-dependencies -Dmaven.main.skip -DincludeScope=test -DoutputDirectory="$work/jars" \
    -DincludeGroupIds=org.assertj,net.bytebuddy,com.tngtech.archunit
# JUnit 5.x.y has the platform 1.x.y.
platform=$(sed -n 's:.*<junit\.version>5\.\(.*\)</junit\.version>.*:1.\1:p' "$root/pom.xml")
maven -N dependency:copy -Dartifact="org.junit.platform:junit-platform-console-standalone:$platform" \
    -DoutputDirectory="$work/jars"

# --- One device's code ------------------------------------------------------------------------------------------------
# Unpacks a jar's libraries, blanks out what the device does not run, and packs the jar again.
slim() {
    local jar=$1 libraries
    shift
    mkdir "$work/open"
    unzip -q "$jar" "$@" -d "$work/open"
    mapfile -t libraries < <(find "$work/open" -name '*.so*' -type f)
    "${bin}java" "$root/src/bench/java/org/quietstar/bench/FatBinaries.java" "$capability" "${libraries[@]}"
    rm "$jar"
    "${bin}jar" --create --file "$jar" -C "$work/open" .
    rm -r "$work/open"
}

if [[ -n $capability ]]; then
    for jar in "$work"/jars/nd4j-cuda-*-linux-x86_64.jar; do
        if [[ $jar != *-preset-* && -f $jar ]]; then slim "$jar"; fi
    done
    for jar in "$work"/jars/cuda-*-redist.jar; do
        if [[ -f $jar ]]; then
            slim "$jar" '*/libcudart.so*' '*/libcublas*.so*' '*/libcurand.so*' '*/libcusolver.so*' '*/libcusparse.so*'
        fi
    done
fi

"${bin}jlink" --add-modules java.se,jdk.management,jdk.unsupported,jdk.zipfs --strip-debug --no-header-files --no-man-pages \
    --compress=2 --output "$work/jars/jre"
mkdir -p "$(dirname "$folder")"
mv "$work/jars" "$folder"
echo "gpu-bundle.sh: wrote $folder, $(du -sm "$folder" | cut -f 1) MB" >&2
