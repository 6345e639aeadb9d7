#!/bin/sh
# Sets up Jupyter for the notebooks, in one command on Debian and Ubuntu, and again whenever something has changed:
#
#   notebooks/setup.sh && jupyter notebook notebooks/jupyter
#
# It builds the project's jar, fetches a Java kernel from Maven Central, and registers it for this user under the name
# "quietstar". Where there is no Jupyter yet it is installed from Debian's packages, as root or through sudo; nothing else
# needs root. Variables: JAVA_HOME, and JUPYTER_DATA_DIR for another folder than this user's.
set -eu

kernel=io.github.padreati:rapaio-jupyter-kernel:3.0.1
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)

fail() {
    echo "setup: $*" >&2
    exit 1
}

# --- Jupyter ----------------------------------------------------------------------------------------------------------
elsewhere() {
    cat >&2 <<'END'
setup: there is no Jupyter here, and no apt-get to install it with. Install it, and run this script again:
  macOS            brew install jupyterlab
  Fedora           sudo dnf install jupyterlab
  conda            conda install -c conda-forge jupyterlab
  any Python 3     python3 -m pip install --user jupyterlab
  Windows          in WSL, as on Ubuntu; or by hand: build with mvnw, start
                   java -jar rapaio-jupyter-kernel-3.0.1.jar -i -auto (from Maven Central), and enter the path of
                   target\quietstar-VERSION-all.jar as RJK_CLASSPATH in the kernel.json that it names
END
    exit 1
}

install_jupyter() {
    command -v apt-get >/dev/null || elsewhere
    packages='jupyter-notebook jupyter-nbconvert'
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || fail "Jupyter is missing, and installing it needs root. Run this, then again this script:
  sudo apt-get install $packages"
        as_root='sudo -n'
    fi
    echo "setup: installing $packages ..." >&2
    # shellcheck disable=SC2086 # both are lists
    { $as_root apt-get update -qq &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; } >&2 ||
        fail "Jupyter could not be installed; see above."
}

# The kernel's folder belongs to jupyter-core, which has this command in all ways of installing.
command -v jupyter >/dev/null || install_jupyter
data=$(jupyter --data-dir) || fail "'jupyter --data-dir' does not work; is $(command -v jupyter) a whole installation?"

# --- The project's jar ------------------------------------------------------------------------------------------------
# The start script knows whether the jar is older than the sources, builds it, and says what is wrong with a Java.
"$root/quietstar" --version >/dev/null || fail "the project could not be built; see above."

# --- The kernel -------------------------------------------------------------------------------------------------------
folder=$data/kernels/quietstar
jar=$folder/$(echo "$kernel" | cut -d: -f2)-${kernel##*:}.jar
mkdir -p "$folder" || fail "$folder cannot be written to; set JUPYTER_DATA_DIR to a folder that can."
if [ ! -s "$jar" ]; then
    echo "setup: fetching $kernel ..." >&2
    (cd "$root" && ./mvnw -B -ntp -q -C -N dependency:copy "-Dartifact=$kernel" "-DoutputDirectory=$folder") >&2 ||
        fail "the kernel could not be fetched from Maven Central; see above."
fi

# A path as a string of JSON.
quoted() { printf '%s' "$1" | sed 's/[\\"]/\\&/g; s/^/"/; s/$/"/'; }

cat >"$folder/kernel.json" <<END
{
  "argv": ["sh", $(quoted "$root/notebooks/kernel.sh"), $(quoted "$jar"), "{connection_file}"],
  "display_name": "Java (Quiet-STaR)",
  "language": "java",
  "interrupt_mode": "message",
  "env": {
    "RJK_CLASSPATH": $(quoted "$root/target/quietstar-*-all.jar"),
    "RJK_COMPILER_OPTIONS": "",
    "RJK_INIT_SCRIPT": "",
    "RJK_TIMEOUT_MILLIS": "-1",
    "RJK_MIMA_CACHE": $(quoted "$data/quietstar-maven")
  }
}
END

echo "The kernel \"Java (Quiet-STaR)\" is in $folder"
echo "Now: jupyter notebook notebooks/jupyter    (or jupyter lab, where that is installed)"
