#!/usr/bin/env bash
# Measures this project on a machine with a GPU and no network: the CUDA smoke suite, `bench train`, and the PyTorch
# programs of ../shared/bench on the same device. Writes one JSON. On a machine without a GPU it does the same on the CPU.
#
#   src/bench/gpu.sh JARS [JSON]
#
# JARS holds what runs, all in one folder, as src/bench/gpu-bundle.sh gathers it: the program's jar, ND4J's and CUDA's for the
# device; for the smoke suite also the tests and JUnit. JSON is where the result goes, gpu.json by default.
#
# From the environment: JAVA_HOME (a JRE, 17 or newer; JARS/jre where it is not set); SIZE (tiny, small or medium; small by
# default) and STEPS (5); BUDGET, seconds for all of it (540); TORCH, the folder of the PyTorch programs (../shared/bench
# beside this checkout); PYTHON; QUIETSTAR_JAVA_OPTS.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
jars=${1:?usage: src/bench/gpu.sh JARS [JSON]}
json=${2:-gpu.json}
size=${SIZE:-small}
steps=${STEPS:-5}
torch=${TORCH:-$root/../shared/bench}
python=${PYTHON:-python3}
[[ -n ${JAVA_HOME:-} || ! -x $jars/jre/bin/java ]] || JAVA_HOME=$jars/jre
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
end=$((SECONDS + ${BUDGET:-540}))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[[ -n $(find "$jars" -maxdepth 1 -name 'quietstar*.jar') ]] || { echo "gpu.sh: no quietstar*.jar in $jars" >&2; exit 2; }

# Text as a JSON string.
quoted() { printf '"%s"' "$(tr -d '\000-\010\013-\037' <<<"$1" | sed 's/\\/\\\\/g; s/"/\\"/g; s/\t/ /g' | paste -sd ' ')"; }

# Runs a command within what is left of the time; its output goes to $work/NAME.out and .err. Says how it ended, if badly.
within_budget() {
    local name=$1 left=$((end - SECONDS)) code=0
    shift
    if ((left < 5)); then
        echo "no time left"
        return 1
    fi
    timeout "$left" "$@" >"$work/$name.out" 2>"$work/$name.err" </dev/null || code=$?
    case $code in
        0) ;;
        124) echo "stopped after $left s" ;;
        *) echo "exit code $code: $(tail -n 3 "$work/$name.err")" ;;
    esac
    return "$code"
}

# The last line of a command's output, which is a JSON object; else an object that says why there is none.
measured() {
    local why
    echo "gpu.sh: $1, $((end - SECONDS)) s left" >&2
    if why=$(within_budget "$@"); then tail -n 1 "$work/$1.out"; else printf '{"failed": %s}\n' "$(quoted "$why")"; fi
}

gpu=$(nvidia-smi --query-gpu=name,compute_cap,memory.total,driver_version --format=csv,noheader 2>/dev/null | head -n 1) || true
device=cpu
[[ -z $gpu ]] || device=cuda

# --- This project -----------------------------------------------------------------------------------------------------
for setting in $(sh "$root/src/main/scripts/native-env.sh"); do
    export "${setting?}"
done
export CUDA_VISIBLE_DEVICES=${CUDA_VISIBLE_DEVICES:-0}
# What the driver compiles at a first start is kept.
export CUDA_CACHE_PATH=${CUDA_CACHE_PATH:-$jars/cuda-cache} CUDA_CACHE_MAXSIZE=${CUDA_CACHE_MAXSIZE:-4294967296}
read -r -a options <<<"-Xmx$QUIETSTAR_HEAP -Dorg.bytedeco.javacpp.maxbytes=$QUIETSTAR_OFFHEAP \
-Dorg.bytedeco.javacpp.maxphysicalbytes=$QUIETSTAR_PHYSICAL -Djava.awt.headless=true ${QUIETSTAR_JAVA_OPTS:-}"
run=("$java" "${options[@]}" -cp "$jars/*")

doctor=$(if why=$(within_budget doctor "${run[@]}" org.quietstar.cli.Main doctor --json); then cat "$work/doctor.out"; else
    printf '{"failed": %s}' "$(quoted "$why")"; fi)
bench=$(measured bench "${run[@]}" org.quietstar.cli.Main bench train --size "$size" --steps "$steps" --json)

# --- PyTorch ----------------------------------------------------------------------------------------------------------
others=()
for variant in ref sequential two_phase; do
    if [[ ! -f $torch/bench_torch.py ]]; then
        others+=("\"$variant\": {\"failed\": $(quoted "$torch/bench_torch.py is not there")}")
        continue
    fi
    # The programs name no device: on a GPU all that they make goes there.
    start="import runpy, sys, torch; sys.path.insert(0, '$torch'); sys.argv[0] = 'bench_torch.py'"
    [[ $device == cpu ]] || start+="; torch.set_default_device('cuda')"
    start+="; runpy.run_path('$torch/bench_torch.py', run_name='__main__')"
    others+=("\"$variant\": $(measured "torch-$variant" "$python" -c "$start" "$variant" "$size" "$steps")")
done

# --- The smoke suite: last, since what is left of the time is its own -------------------------------------------------
smoke='"not in the folder of jars"'
if [[ -n $(find "$jars" -maxdepth 1 -name 'junit-platform-console*.jar') ]]; then
    why=$(cd "$root" && within_budget smoke "${run[@]}" org.junit.platform.console.ConsoleLauncher execute \
        --scan-classpath="$(find "$jars" -maxdepth 1 -name '*tests*.jar' | paste -sd :)" --include-tag=cuda --details=summary) || true
    count() { sed -n "s/^\[ *\([0-9]*\) tests $1 *\]\$/\1/p" "$work/smoke.out" | grep . || echo null; }
    smoke="{\"successful\": $(count successful), \"failed\": $(count failed), \"aborted\": $(count aborted), \
\"skipped_containers\": $(sed -n 's/^\[ *\([0-9]*\) containers skipped *\]$/\1/p' "$work/smoke.out" | grep . || echo null), \
\"ended\": $(quoted "${why:-well}")}"
fi

{
    printf '{"device": "%s", "gpu": %s,\n' "$device" "$(quoted "$gpu")"
    printf '"size": "%s", "steps": %s,\n"doctor": %s,\n"quietstar": %s,\n' "$size" "$steps" "$doctor" "$bench"
    printf '"torch": {%s},\n' "$(IFS=,; echo "${others[*]}")"
    printf '"smoke": %s,\n"seconds": %s}\n' "$smoke" "$SECONDS"
} >"$json"
echo "gpu.sh: wrote $json after $SECONDS s" >&2
