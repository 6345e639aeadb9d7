package org.quietstar.bench.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.quietstar.bench.BenchProgress;
import org.quietstar.bench.ScalingBenchmark;
import org.quietstar.bench.ScalingBenchmark.Over;
import org.quietstar.bench.ScalingBenchmark.Point;
import org.quietstar.bench.ScalingBenchmark.Series;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quietstar bench scaling} */
@Command(
        name = "scaling",
        mixinStandardHelpOptions = true,
        description =
                "Says how a step's time and memory grow with the text length L, the thought tokens T, the thoughts"
                        + " P of a position and the batch B: the decoder of size tiny, otherwise B 1, L 64, P 2, T 8, M 4.",
        showDefaultValues = true)
final class BenchScalingCommand implements Callable<Integer> {
    @Option(names = "--over", paramLabel = "SIZE", description = "L, T, P or B; all of them where none is named.")
    private String over;

    @Option(names = "--steps", description = "Timed steps at each value.", defaultValue = "3")
    private int steps;

    @Mixin
    private BenchOutput output;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = output.out();
        BenchProgress progress = output.progress();
        List<Over> wanted = over == null ? List.of(Over.values()) : List.of(Over.of(over));
        List<Map<String, Object>> all = new ArrayList<>();
        for (Over one : wanted) {
            Series series = ScalingBenchmark.run(one, steps, progress);
            all.add(series.asMap());
            if (output.isTable()) {
                print(series);
            }
        }
        output.print(
                Map.of("series", all),
                () -> out.println("Resident memory is the process's peak until then, which never falls."));
        return 0;
    }

    private void print(Series series) {
        PrintWriter out = output.out();
        String name = series.over().name();
        out.printf(Locale.ROOT, "%5s %12s %12s %14s %14s%n", name, "step, s", "GFLOP", "planned, MiB", "resident, MiB");
        for (Point point : series.points()) {
            out.printf(
                    Locale.ROOT,
                    "%5d %12.3f %12.1f %14.1f %14.0f%n",
                    point.value(),
                    point.seconds(),
                    point.gflop(),
                    point.plannedMiB(),
                    point.peakMiB());
        }
        out.printf(
                Locale.ROOT,
                "time grows as %s^%.2f, planned memory as %s^%.2f%s%n%n",
                name,
                series.timeExponent(),
                name,
                series.memoryExponent(),
                series.over() == Over.L ? " (fitted from 128 on)" : "");
        out.flush();
    }
}
