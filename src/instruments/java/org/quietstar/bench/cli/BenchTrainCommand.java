package org.quietstar.bench.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.quietstar.bench.BenchResult;
import org.quietstar.bench.BenchSize;
import org.quietstar.bench.Executor;
import org.quietstar.bench.StepBenchmark;
import org.quietstar.bench.StepFlops;
import org.quietstar.bench.TrainingStep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quietstar bench train} */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = "Times training steps, after two to warm up.",
        showDefaultValues = true)
final class BenchTrainCommand implements Callable<Integer> {
    @Option(names = "--size", description = "tiny, small or medium.", defaultValue = "tiny")
    private String size;

    @Option(names = "--steps", description = "Timed steps.", defaultValue = "5")
    private int steps;

    @Option(names = "--executor", description = "plan, or session for M2.1's own.", defaultValue = "plan")
    private String executor;

    @Option(names = "--profile", description = "Also the time by part and by kind of op, of one more step.")
    private boolean profile;

    @Option(names = "--explain-plan", description = "Also what the step's graphs were made into.")
    private boolean explainPlan;

    @Mixin
    private BenchOutput output;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = output.out();
        var request = new StepBenchmark.Request(BenchSize.of(size), Executor.of(executor), steps, profile);
        StepBenchmark.Outcome outcome = StepBenchmark.run(request, output.progress());
        if (explainPlan) {
            outcome.plan().forEach(out::println);
            out.println();
        }
        outcome.profile().ifPresent(parts -> new ProfileTable(out).print(parts));
        output.print(outcome.result().asMap(), () -> print(outcome.result(), outcome.parts()));
        return 0;
    }

    private void print(BenchResult result, List<TrainingStep.Part> parts) {
        List<Double> seconds = result.seconds();
        output.row(
                "size",
                "%s, executor %s",
                result.size().name(),
                result.executor().label());
        output.row(
                "step",
                "%.3f s median of %d (%.3f to %.3f)",
                result.medianSeconds(),
                seconds.size(),
                seconds.get(0),
                seconds.get(seconds.size() - 1));
        for (TrainingStep.Part part : parts) {
            output.row("  " + part.name(), "%.3f s of the last step", part.seconds());
        }
        output.row("text tokens", "%,.0f a second", result.tokensPerSecond());
        output.row(
                "matrix products",
                "%,.1f GFLOP a step, %.1f GFLOP/s",
                StepFlops.of(result.size()).giga(),
                result.gflops());
        output.row(
                "sgemm here",
                "%.1f GFLOP/s on %d threads; the step reaches %.0f %% of it",
                result.sgemmPeakGflops(),
                result.threads(),
                100 * result.shareOfSgemmPeak());
        output.row("peak memory", "%,.0f MiB resident", result.peakMiB());
        output.row("plan", "%s", plan(result));
        output.row("loss", "%.5f", result.loss());
    }

    private static String plan(BenchResult result) {
        return String.format(
                Locale.ROOT,
                "%,d kernels, %,.0f MiB for %,.0f MiB of values, made in %.1f s",
                result.plan().kernels(),
                result.plan().plannedMiB(),
                result.plan().requestedMiB(),
                result.compileSeconds());
    }
}
