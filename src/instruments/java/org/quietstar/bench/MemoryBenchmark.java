package org.quietstar.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.quietstar.runtime.AllocatedMemory;
import org.quietstar.runtime.Backend;
import org.quietstar.runtime.ProcessMemory;

/**
 * Whether a step that is repeated takes memory: what is outside the heap before and after many of them, and what each one
 * leaves on the heap for the collector.
 */
public final class MemoryBenchmark {
    private static final int WARM_UP = 3;

    private MemoryBenchmark() {}

    /**
     * Bytes at one time.
     *
     * @param offHeap what is allocated outside Java's heap, the arrays among it: the C library's own figure, or JavaCPP's
     *     count, which leaves most of ND4J's arrays out, where the C library tells none; and what is taken of the CUDA device
     * @param resident of the whole process: arrays, heap and libraries
     */
    public record Sample(long offHeap, long resident) {
        static Sample now() {
            long host = AllocatedMemory.bytes().orElseGet(Pointer::totalBytes);
            return new Sample(host + Backend.require("auto").usedBytesNow(), Pointer.physicalBytes());
        }
    }

    /**
     * What was measured, in bytes.
     *
     * @param steps between the two samples
     * @param first after the warm-up
     * @param last after the steps
     * @param heapPerStep garbage that one step makes on the Java heap
     * @param peakMiB most that was ever resident, in MiB
     */
    public record Result(
            Executor executor,
            BenchSize size,
            int steps,
            Sample first,
            Sample last,
            double heapPerStep,
            double peakMiB,
            BenchResult.Plan plan) {
        /** Bytes by which the memory outside Java's heap grows with a step. */
        public double offHeapGrowth() {
            return (double) (last.offHeap - first.offHeap) / steps;
        }

        /** Bytes by which the resident memory grows with a step; the heap's own growth is part of it. */
        public double residentGrowth() {
            return (double) (last.resident - first.resident) / steps;
        }

        /** By the names of the JSON line; {@code _mb} is MiB. */
        public Map<String, Object> asMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("program", BenchResult.program());
            map.put("executor", executor.label());
            map.put("size", size.name());
            map.put("steps", steps);
            map.put("off_heap_first_mb", BenchResult.mib(first.offHeap));
            map.put("off_heap_last_mb", BenchResult.mib(last.offHeap));
            map.put("off_heap_growth_bytes_per_step", offHeapGrowth());
            map.put("resident_first_mb", BenchResult.mib(first.resident));
            map.put("resident_last_mb", BenchResult.mib(last.resident));
            map.put("resident_growth_bytes_per_step", residentGrowth());
            map.put("heap_bytes_per_step", heapPerStep);
            map.put("planned_mb", plan.plannedMiB());
            map.put("requested_mb", plan.requestedMiB());
            map.put("peak_rss_mb", peakMiB);
            return Collections.unmodifiableMap(map);
        }
    }

    /**
     * Measures.
     *
     * @param steps after the warm-up, at least 1; throws QuietStarException for fewer
     */
    public static Result run(BenchSize size, Executor executor, int steps, BenchProgress progress) {
        StepBenchmark.ensureSteps(steps, 1);
        Backend.require("auto");
        progress.begins("building the graphs");
        try (TrainingStep step = executor.open(size)) {
            // What building left behind goes while the steps warm up; else its going would hide growth.
            System.gc();
            StepBenchmark.time(step, WARM_UP, 0, progress);
            Sample first = Sample.now();
            long allocated = allocatedBytes();
            StepBenchmark.time(step, 0, steps, progress);
            double heapPerStep = (double) (allocatedBytes() - allocated) / steps;
            return new Result(
                    executor,
                    size,
                    steps,
                    first,
                    Sample.now(),
                    heapPerStep,
                    ProcessMemory.peakMiB(),
                    BenchResult.Plan.of(step));
        }
    }

    /** What this thread has allocated on the heap since it began. */
    private static long allocatedBytes() {
        return ManagementFactory.getPlatformMXBean(ThreadMXBean.class).getCurrentThreadAllocatedBytes();
    }
}
