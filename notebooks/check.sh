#!/usr/bin/env bash
# Executes every notebook from a clean state and compares its key figures with those stored in it:
#
#   notebooks/check.sh                     all of them; .ci/run does this after the tests
#   notebooks/check.sh jupyter/02          those whose path holds one of the words
#   notebooks/check.sh --store [WORD ...]  keeps the results in the notebooks, whose figures are the right ones from then on
#
# Fails where a cell or a paragraph fails, complains, or gives another figure. Jupyter's notebooks are executed by
# nbconvert, Zeppelin's by its server. What is missing is installed from Debian's packages and Maven Central. The executed
# notebooks are in target/notebooks/work/executed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
target=$root/target/notebooks

# A Python that has nbconvert: the one of the search path, or else the system's.
python() {
    local candidate
    for candidate in python3 /usr/bin/python3; do
        if "$candidate" -c 'import nbclient, nbconvert, jupyter_client, ipykernel' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

if ! python >/dev/null || ! command -v jupyter >/dev/null; then
    packages=(jupyter-nbconvert jupyter-client python3-nbclient python3-ipykernel)
    if ! command -v apt-get >/dev/null; then
        echo "check: Jupyter's nbconvert is missing: python3 -m pip install nbconvert nbclient ipykernel" >&2
        exit 1
    fi
    as_root=()
    ((EUID == 0)) || as_root=(sudo -n)
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
fi

# A clean state: a kernel of its own, and a copy of what the notebooks read, with no run and no model in it.
rm -rf "$target/jupyter" "$target/work"
mkdir -p "$target/work"
cp -R configs datasets notebooks "$target/work/"
export JUPYTER_DATA_DIR=$target/jupyter
notebooks/setup.sh >/dev/null

./mvnw -B -ntp -q -f notebooks/zeppelin/check/pom.xml package
jars=("$root"/target/quietstar-*-all.jar)
# Python would keep compiled files beside the sources.
PYTHONDONTWRITEBYTECODE=1 "$(python)" notebooks/check/check.py --work "$target/work" --zeppelin "$target/zeppelin" \
    --jar "${jars[0]}" "$@"
