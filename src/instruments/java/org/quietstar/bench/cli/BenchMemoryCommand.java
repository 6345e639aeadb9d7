package org.quietstar.bench.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.quietstar.bench.BenchSize;
import org.quietstar.bench.Executor;
import org.quietstar.bench.MemoryBenchmark;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quietstar bench memory} */
@Command(
        name = "memory",
        mixinStandardHelpOptions = true,
        description = "Says whether repeated steps take memory: outside the heap, and as garbage on it.",
        showDefaultValues = true)
final class BenchMemoryCommand implements Callable<Integer> {
    private static final double MIB = 1024.0 * 1024.0;

    @Option(names = "--size", description = "tiny, small or medium.", defaultValue = "tiny")
    private String size;

    @Option(names = "--steps", description = "Steps after three to warm up.", defaultValue = "10")
    private int steps;

    @Option(names = "--executor", description = "plan, or session for M2.1's own.", defaultValue = "plan")
    private String executor;

    @Mixin
    private BenchOutput output;

    @Override
    public Integer call() throws IOException {
        MemoryBenchmark.Result result =
                MemoryBenchmark.run(BenchSize.of(size), Executor.of(executor), steps, output.progress());
        output.print(result.asMap(), () -> print(result));
        return 0;
    }

    private void print(MemoryBenchmark.Result result) {
        output.row(
                "size",
                "%s, executor %s, %d steps",
                result.size().name(),
                result.executor().label(),
                result.steps());
        growth("outside the heap", result.first().offHeap(), result.last().offHeap(), result.offHeapGrowth());
        growth("resident", result.first().resident(), result.last().resident(), result.residentGrowth());
        output.row("garbage on the heap", "%,.1f KiB a step", result.heapPerStep() / 1024);
        output.row(
                "plan",
                "%,.1f MiB for %,.1f MiB of values",
                result.plan().plannedMiB(),
                result.plan().requestedMiB());
        output.row("peak memory", "%,.0f MiB resident", result.peakMiB());
    }

    private void growth(String name, long first, long last, double perStep) {
        output.row(
                name,
                "%,.1f MiB after warm-up, %,.1f MiB at the end: %+,.1f KiB a step",
                first / MIB,
                last / MIB,
                perStep / 1024);
    }
}
