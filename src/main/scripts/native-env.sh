#!/bin/sh
# The native settings of Quiet-STaR for Deeplearning4j: the one place that decides them. Prints NAME=value lines for the
# start script (quietstar), for the tests (pom.xml) and for the program itself (org.quietstar.runtime.NativeSettings):
#
#   export $(sh src/main/scripts/native-env.sh)     # the same settings for a JVM of your own: an IDE, a notebook
#
# A variable that is set in the environment, and not empty, is printed unchanged.
# QUIETSTAR_SYSTEM_ROOT is put before /proc and /sys, so that the tests can describe other machines.
set -eu
LC_ALL=C
export LC_ALL
root=${QUIETSTAR_SYSTEM_ROOT:-}
cpuinfo=$root/proc/cpuinfo

emit() { printf '%s=%s\n' "$1" "$2"; }

# --- OpenBLAS core type -----------------------------------------------------------------------------------------------
# OpenBLAS 0.3.19 mistakes newer Intel server cores for a Prescott (SSE3), four times slower, so the CPU's flags decide.
# SkylakeX also where an AMD has AVX-512: as fast as Zen and Haswell on large products, 1.5 times faster on small
# batched ones (measured on a Zen 4). Not on processors other than x86-64, whose cores it knows.
core_type() {
    [ -r "$cpuinfo" ] || return 0
    flags=$(awk -F: '/^flags[ \t]*:/ { print $2 " "; exit }' "$cpuinfo")
    has sse2 || return 0
    if has avx512f avx512dq avx512cd avx512bw avx512vl; then
        echo SkylakeX
    elif has avx2 fma; then
        if grep -Eq '^vendor_id[[:space:]]*: (AuthenticAMD|HygonGenuine)' "$cpuinfo"; then echo Zen; else echo Haswell; fi
    elif has avx; then
        echo Sandybridge
    elif has sse4_2; then
        echo Nehalem
    else
        echo Prescott
    fi
}

has() {
    for flag in "$@"; do
        case $flags in
            *" $flag "*) ;;
            *) return 1 ;;
        esac
    done
}

# --- Limits of the control group, v2 and v1 ---------------------------------------------------------------------------
# The folders of this process's group and of its ancestors, which may hold the file $1 (v2) or $2/$3 (v1).
cgroup_files() {
    groups=$root/proc/self/cgroup
    path=/
    [ -r "$groups" ] && path=$(awk -F: '$1 == "0" { print $3; exit }' "$groups")
    climb "$root/sys/fs/cgroup" "$path" "$1"
    path=/
    [ -r "$groups" ] && path=$(awk -F: -v c="$2" '("," $2 ",") ~ ("," c ",") { print $3; exit }' "$groups")
    climb "$root/sys/fs/cgroup/$2" "$path" "$3"
}

climb() {
    path=${2%/}
    while :; do
        if [ -r "$1$path/$3" ]; then echo "$1$path/$3"; fi
        [ -n "$path" ] || break
        path=${path%/*}
    done
}

# --- Threads ----------------------------------------------------------------------------------------------------------
# Physical cores this process may use: a second thread on the same core has no multiplier of its own to feed.
physical_cores() {
    if [ -r "$cpuinfo" ]; then
        allowed=$(awk '/^Cpus_allowed_list:/ { print $2 }' "$root/proc/self/status" 2>/dev/null || true)
        awk -F '[ \t]*:[ \t]*' -v list="$allowed" '
            BEGIN {
                count = split(list, part, ",")
                for (i = 1; i <= count; i++) {
                    split(part[i] "-" part[i], ends, "-")
                    for (cpu = ends[1]; cpu <= ends[2]; cpu++) may[cpu + 0] = 1
                }
            }
            $1 == "processor" { cpu = $2 + 0; package = 0; if (count == 0 || cpu in may) logical++ }
            $1 == "physical id" { package = $2 }
            $1 == "core id" && (count == 0 || cpu in may) && !((package, $2) in seen) { seen[package, $2] = 1; cores++ }
            END { print cores ? cores : (logical ? logical : 1) }' "$cpuinfo"
    else
        sysctl -n hw.physicalcpu 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1
    fi
}

threads() {
    cores=$(physical_cores)
    for file in $(cgroup_files cpu.max cpu cpu.cfs_quota_us); do
        case $file in
            *cpu.max) quota=$(awk '$1 != "max" { print int($1 / $2) }' "$file") ;;
            *) quota=$(awk -v p="$(cat "${file%quota_us}period_us")" '$1 > 0 { print int($1 / p) }' "$file") ;;
        esac
        if [ -n "$quota" ] && [ "$quota" -lt "$cores" ]; then cores=$quota; fi
    done
    if [ "$cores" -lt 1 ]; then cores=1; fi
    echo "$cores"
}

# --- Memory -----------------------------------------------------------------------------------------------------------
# What this process may use, in MiB: what the machine has available, or less where its control group says so.
memory() {
    if [ -r "$root/proc/meminfo" ]; then
        mib=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' "$root/proc/meminfo")
    else
        mib=$(($(sysctl -n hw.memsize 2>/dev/null || echo 4294967296) / 1048576))
    fi
    for file in $(cgroup_files memory.max memory memory.limit_in_bytes); do
        read -r limit <"$file" || limit=max
        if [ "$limit" != max ] && [ $((limit / 1048576)) -lt "$mib" ]; then mib=$((limit / 1048576)); fi
    done
    echo "$mib"
}

# "2g", "1500m", "4096k" or bytes, in MiB.
mib_of() {
    number=${1%[kKmMgG]}
    case $number in
        '' | *[!0-9]*)
            echo "quietstar: $2=$1 is not a size; write 1500m or 2g" >&2
            exit 2
            ;;
    esac
    case $1 in
        *[gG]) echo $((number * 1024)) ;;
        *[mM]) echo "$number" ;;
        *[kK]) echo $((number / 1024)) ;;
        *) echo $((number / 1048576)) ;;
    esac
}

clamp() { if [ "$1" -lt "$2" ]; then echo "$2"; elif [ "$1" -gt "$3" ]; then echo "$3"; else echo "$1"; fi; }

# --- What is printed --------------------------------------------------------------------------------------------------
core=${OPENBLAS_CORETYPE:-$(core_type)}
if [ -n "$core" ]; then emit OPENBLAS_CORETYPE "$core"; fi
emit OMP_NUM_THREADS "${OMP_NUM_THREADS:-$(threads)}"

# OpenMP's idle workers would spin and starve OpenBLAS, which has threads of its own.
emit OMP_WAIT_POLICY "${OMP_WAIT_POLICY:-PASSIVE}"
emit GOMP_SPINCOUNT "${GOMP_SPINCOUNT:-0}"

# glibc hands every large block back to the kernel, and the next one costs a page fault for each 4 KiB. No
# MALLOC_MMAP_THRESHOLD_ helps blocks above 32 MiB, the highest it accepts; no mmap at all, in one arena that is never
# trimmed, does: a 160 MiB result takes 13 ms instead of 157.
emit MALLOC_MMAP_MAX_ "${MALLOC_MMAP_MAX_:-0}"
emit MALLOC_ARENA_MAX "${MALLOC_ARENA_MAX:-1}"
emit MALLOC_TRIM_THRESHOLD_ "${MALLOC_TRIM_THRESHOLD_:-1099511627776}"
emit MALLOC_TOP_PAD_ "${MALLOC_TOP_PAD_:-67108864}"

# Heap: a quarter of the memory. Off-heap, where the arrays live: the rest, less 512 MiB for the JVM and the libraries.
# The physical limit is the one that stops ND4J, with an OutOfMemoryError instead of a killed process.
available=$(memory)
heap=${QUIETSTAR_HEAP:-$(clamp $((available / 4)) 256 4096)m}
heap_mib=$(mib_of "$heap" QUIETSTAR_HEAP)
if [ "$heap_mib" -lt 48 ]; then
    echo "quietstar: QUIETSTAR_HEAP=$heap is too little: at least 48m are needed; raise it, or unset it" >&2
    exit 2
fi
offheap=${QUIETSTAR_OFFHEAP:-$(clamp $((available - heap_mib - 512)) 512 1048576)m}
offheap_mib=$(mib_of "$offheap" QUIETSTAR_OFFHEAP)
emit QUIETSTAR_HEAP "$heap"
emit QUIETSTAR_OFFHEAP "$offheap"
emit QUIETSTAR_PHYSICAL "${QUIETSTAR_PHYSICAL:-$((heap_mib + offheap_mib + 512))m}"
