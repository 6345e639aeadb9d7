package org.quietstar.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quietstar.QuietStarException;
import org.quietstar.bench.TrainingStep.PartProfile;
import org.quietstar.runtime.Backend;
import org.quietstar.runtime.BlasInfo;
import org.quietstar.runtime.ProcessMemory;
import org.quietstar.runtime.Speed;

/**
 * Times training steps. The order keeps the figures honest: steps to warm up, the timed steps, the process's peak memory,
 * and only then what else allocates, the profile and the machine's own speed.
 */
public final class StepBenchmark {
    private static final int WARM_UP = 2;

    private StepBenchmark() {}

    /**
     * What is measured.
     *
     * @param steps timed steps, at least 1
     * @param profile whether one more step is made that is timed kernel by kernel
     */
    public record Request(BenchSize size, Executor executor, int steps, boolean profile) {
        public Request {
            ensureSteps(steps, 1);
        }
    }

    /** Throws QuietStarException for fewer than {@code least} steps. */
    static void ensureSteps(int steps, int least) {
        if (steps < least) {
            throw new QuietStarException("--steps " + steps + ": must be " + least + " or more");
        }
    }

    /**
     * The numbers and what explains them.
     *
     * @param parts of the last timed step
     * @param profile empty where none was asked for
     */
    public record Outcome(
            BenchResult result,
            List<TrainingStep.Part> parts,
            Optional<List<PartProfile>> profile,
            List<String> plan) {}

    /** Measures. */
    public static Outcome run(Request request, BenchProgress progress) {
        Backend.require("auto");
        progress.begins("building the graphs");
        long start = System.nanoTime();
        try (TrainingStep step = request.executor().open(request.size())) {
            double compileSeconds = (System.nanoTime() - start) * 1e-9;
            Times times = time(step, WARM_UP, request.steps(), progress);
            double peakMiB = ProcessMemory.peakMiB();
            List<TrainingStep.Part> parts = step.parts();
            Optional<List<PartProfile>> profile = Optional.empty();
            if (request.profile()) {
                progress.begins("the profiled step");
                profile = Optional.of(step.profile());
            }
            progress.begins("matrix products for comparison");
            var result = new BenchResult(
                    request.executor(),
                    request.size(),
                    times.seconds(),
                    times.loss(),
                    compileSeconds,
                    peakMiB,
                    Speed.measure().peakGflops(),
                    BlasInfo.inForce().threads(),
                    BenchResult.Plan.of(step));
            return new Outcome(result, parts, profile, step.explain());
        }
    }

    /**
     * Seconds of each timed step.
     *
     * @param loss of the last step
     */
    record Times(List<Double> seconds, double loss) {}

    static Times time(TrainingStep step, int warmUp, int steps, BenchProgress progress) {
        List<Double> seconds = new ArrayList<>();
        double loss = Double.NaN;
        for (int i = 1 - warmUp; i <= steps; i++) {
            progress.begins(i < 1 ? "warm-up " + (i + warmUp) + " of " + warmUp : "step " + i + " of " + steps);
            long start = System.nanoTime();
            loss = step.run();
            if (i >= 1) {
                seconds.add((System.nanoTime() - start) * 1e-9);
            }
        }
        return new Times(List.copyOf(seconds), loss);
    }
}
