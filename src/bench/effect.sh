#!/usr/bin/env bash
# Whether thinking pays: trains configs/tiny.yaml with several seeds, and each once more with the policy term off, and
# prints a table of right answers. A run takes about four minutes on two cores.
#
#   src/bench/effect.sh [SEED ...]      # 42 43 44 45 46 where none is given; runs go to runs/effect/, finished ones stay
#
# Ends with code 1 where a seed misses its goal: with thoughts at least 0.85 right and 2.5 times plain training; and with
# another's thought, or with the policy term off, at most 0.1 above plain training.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seeds=("$@")
((${#seeds[@]} > 0)) || seeds=(42 43 44 45 46)

# share FILE KEY: a share of the task "answers" in summary.json, which is one line.
share() {
    sed -n "s/.*\"answers\":{[^}]*\"$2\":\([0-9.E-]*\).*/\1/p" "$1"
}

# train FOLDER [KEY=VALUE ...]: a run that is complete stays as it is; one that was cut short is made again.
train() {
    local run=$1 sets=()
    shift
    for set in "$@"; do sets+=(--set "$set"); done
    if [[ ! -s $run/evaluation/summary.json ]]; then
        rm -rf "$run"
        mkdir -p runs/effect
        ./quietstar train configs/tiny.yaml --set output.dir="$run" "${sets[@]}" >"$run.log" 2>&1 ||
            { tail -n 5 "$run.log"; exit 1; }
    fi
}

off() { train "$1-policy-off" seed="$2" loss.policyShare=0 loss.policyWeight=0 stages.plain.train.steps=0; }

for seed in "${seeds[@]}"; do
    echo "seed $seed ..." >&2
    train "runs/effect/seed-$seed" seed="$seed"
done
for seed in "${seeds[@]}"; do
    echo "seed $seed, policy off ..." >&2
    off "runs/effect/seed-$seed" "$seed"
done

printf '%6s %8s %9s %7s %11s %12s %9s\n' seed plain without with "another's" 'policy off' seconds
missed=0
for seed in "${seeds[@]}"; do
    run=runs/effect/seed-$seed
    summary=$run/evaluation/summary.json
    plain=$(share "$summary" plain)
    without=$(share "$summary" without)
    with=$(share "$summary" with)
    shuffled=$(share "$summary" shuffled)
    off=$(share "$run-policy-off/evaluation/summary.json" with)
    seconds=$(sed -n 's/^time: *\([0-9]*\) s.*/\1/p' "$run.log")
    printf '%6s %8s %9s %7s %11s %12s %9s\n' "$seed" "$plain" "$without" "$with" "$shuffled" "$off" "$seconds"
    awk -v p="$plain" -v w="$with" -v s="$shuffled" -v o="$off" \
        'BEGIN { exit !(w >= 0.85 && w >= 2.5 * p && s <= p + 0.1 && o <= p + 0.1) }' || missed=$((missed + 1))
done
echo "seeds that miss the goal: $missed of ${#seeds[@]}"
((missed == 0))
