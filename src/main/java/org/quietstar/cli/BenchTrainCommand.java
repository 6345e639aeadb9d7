package org.quietstar.cli;

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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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

    @Option(names = "--json", description = "Print the result as one JSON object on the last line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        var request = new StepBenchmark.Request(BenchSize.of(size), Executor.of(executor), steps, profile);
        StepBenchmark.Outcome outcome = StepBenchmark.run(
                request, BenchCommand.progress(spec.commandLine().getErr()));
        if (explainPlan) {
            outcome.plan().forEach(out::println);
            out.println();
        }
        outcome.profile().ifPresent(parts -> new ProfileTable(out).print(parts));
        if (json) {
            BenchCommand.printJson(out, outcome.result().asMap());
        } else {
            print(out, outcome.result(), outcome.parts());
        }
        return 0;
    }

    private static void print(PrintWriter out, BenchResult result, List<TrainingStep.Part> parts) {
        List<Double> seconds = result.seconds();
        BenchCommand.row(
                out,
                "size",
                "%s, executor %s",
                result.size().name(),
                result.executor().label());
        BenchCommand.row(
                out,
                "step",
                "%.3f s median of %d (%.3f to %.3f)",
                result.medianSeconds(),
                seconds.size(),
                seconds.get(0),
                seconds.get(seconds.size() - 1));
        for (TrainingStep.Part part : parts) {
            BenchCommand.row(out, "  " + part.name(), "%.3f s of the last step", part.seconds());
        }
        BenchCommand.row(out, "text tokens", "%,.0f a second", result.tokensPerSecond());
        BenchCommand.row(
                out,
                "matrix products",
                "%,.1f GFLOP a step, %.1f GFLOP/s",
                StepFlops.of(result.size()).giga(),
                result.gflops());
        BenchCommand.row(
                out,
                "sgemm here",
                "%.1f GFLOP/s on %d threads; the step reaches %.0f %% of it",
                result.sgemmPeakGflops(),
                result.threads(),
                100 * result.shareOfSgemmPeak());
        BenchCommand.row(out, "peak memory", "%,.0f MiB resident", result.peakMiB());
        BenchCommand.row(out, "plan", "%s", plan(result));
        BenchCommand.row(out, "loss", "%.5f", result.loss());
        out.flush();
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
