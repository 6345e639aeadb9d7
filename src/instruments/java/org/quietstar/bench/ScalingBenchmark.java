package org.quietstar.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.quietstar.QuietStarException;
import org.quietstar.runtime.Backend;
import org.quietstar.runtime.ProcessMemory;
import org.quietstar.thought.ThoughtLayout;

/**
 * How a step's time and memory grow with one size of the batch, all else being as in size tiny with one sequence. The
 * smallest value comes first, so that the process's peak memory is that of the value at hand.
 */
public final class ScalingBenchmark {
    private static final int WARM_UP = 1;
    private static final ThoughtLayout BASE = new ThoughtLayout(1, 64, 2, 8, 4);
    /** L from which on growth is judged: below, what does not depend on L is most of it. */
    private static final int JUDGED_LENGTH = 128;

    private ScalingBenchmark() {}

    /** The size that grows. */
    public enum Over {
        /** Text tokens of a sequence. */
        L(64),
        /** Tokens of a thought. */
        T(4),
        /** Thoughts of a position. */
        P(1),
        /** Sequences of a batch. */
        B(1);

        private final int smallest;

        Over(int smallest) {
            this.smallest = smallest;
        }

        /** What is measured: from the smallest to its eightfold, each twice the one before. */
        List<Integer> grid() {
            return List.of(smallest, 2 * smallest, 4 * smallest, 8 * smallest);
        }

        ThoughtLayout sizes(int value) {
            return switch (this) {
                case L ->
                    new ThoughtLayout(BASE.batch(), value, BASE.thoughts(), BASE.thoughtTokens(), BASE.lookahead());
                case T -> new ThoughtLayout(BASE.batch(), BASE.length(), BASE.thoughts(), value, BASE.lookahead());
                case P -> new ThoughtLayout(BASE.batch(), BASE.length(), value, BASE.thoughtTokens(), BASE.lookahead());
                case B ->
                    new ThoughtLayout(value, BASE.length(), BASE.thoughts(), BASE.thoughtTokens(), BASE.lookahead());
            };
        }

        /** The one of that name, whatever the case; throws QuietStarException, which lists them, for another. */
        public static Over of(String name) {
            try {
                return valueOf(name.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new QuietStarException("--over " + name + ": there is no such size; one of L, T, P, B", e);
            }
        }
    }

    /**
     * The measurement at one value.
     *
     * @param seconds median of a step
     * @param plannedMiB memory of the plans' buffers
     * @param peakMiB most that was resident in this process until then; it never falls, so of several series in one
     *     process it tells something of the first only
     */
    public record Point(int value, double seconds, double gflop, double plannedMiB, double peakMiB) {}

    /**
     * The measurements of one size.
     *
     * @param timeExponent of the fit of {@code seconds ~ value^e}; over L, of the values from 128 on
     * @param memoryExponent likewise of the plans' buffers
     */
    public record Series(Over over, List<Point> points, double timeExponent, double memoryExponent) {
        /** By the names of the JSON line. */
        public Map<String, Object> asMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("over", over.name());
            map.put("points", points.stream().map(ScalingBenchmark::asMap).toList());
            map.put("time_exponent", timeExponent);
            map.put("planned_exponent", memoryExponent);
            return map;
        }
    }

    private static Map<String, Object> asMap(Point point) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("value", point.value);
        map.put("median_s", point.seconds);
        map.put("model_gflop", point.gflop);
        map.put("planned_mb", point.plannedMiB);
        map.put("peak_rss_mb", point.peakMiB);
        return map;
    }

    /**
     * Measures at every value of {@code over}.
     *
     * @param steps timed steps at each, at least 1; throws QuietStarException for fewer
     */
    public static Series run(Over over, int steps, BenchProgress progress) {
        StepBenchmark.ensureSteps(steps, 1);
        Backend.require("auto");
        List<Point> points = new ArrayList<>();
        for (int value : over.grid()) {
            String at = over + " = " + value + ", ";
            progress.begins(at + "building the graphs");
            BenchSize size = BenchSize.TINY.with(over.sizes(value));
            try (TrainingStep step = Executor.PLAN.open(size)) {
                StepBenchmark.Times times =
                        StepBenchmark.time(step, WARM_UP, steps, what -> progress.begins(at + what));
                points.add(new Point(
                        value,
                        BenchResult.median(times.seconds()),
                        StepFlops.of(size).giga(),
                        BenchResult.mib(step.plannedBytes()),
                        ProcessMemory.peakMiB()));
            }
        }
        return series(over, points);
    }

    static Series series(Over over, List<Point> points) {
        List<Point> judged = points.stream()
                .filter(point -> over != Over.L || point.value >= JUDGED_LENGTH)
                .toList();
        double[] x = judged.stream().mapToDouble(Point::value).toArray();
        double[] seconds = judged.stream().mapToDouble(Point::seconds).toArray();
        double[] memory = judged.stream().mapToDouble(Point::plannedMiB).toArray();
        return new Series(over, List.copyOf(points), PowerLaw.exponent(x, seconds), PowerLaw.exponent(x, memory));
    }
}
