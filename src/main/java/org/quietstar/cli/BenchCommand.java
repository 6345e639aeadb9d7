package org.quietstar.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import org.quietstar.bench.BenchProgress;
import picocli.CommandLine.Command;

/** {@code quietstar bench}: the measurements, one subcommand each. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Measures a training step with random weights: sampling, all losses, all gradients, no optimiser; or"
                        + " generation.",
        subcommands = {
            BenchTrainCommand.class,
            BenchMemoryCommand.class,
            BenchScalingCommand.class,
            BenchGenerateCommand.class
        })
final class BenchCommand {
    private static final double QUIET_SECONDS = 2;

    /** One line for programs, the last on standard output. */
    static void printJson(PrintWriter out, Map<String, Object> values) throws JsonProcessingException {
        out.println(new ObjectMapper().writeValueAsString(values));
        out.flush();
    }

    /** A row of a table of names and values with their units. */
    static void row(PrintWriter out, String name, String format, Object... values) {
        out.println(String.format(Locale.ROOT, "%-24s" + format, prepend(name, values)));
    }

    private static Object[] prepend(String name, Object[] values) {
        Object[] all = new Object[values.length + 1];
        all[0] = name;
        System.arraycopy(values, 0, all, 1, values.length);
        return all;
    }

    /** Writes what begins, once two seconds have gone by without a line. */
    static BenchProgress progress(PrintWriter err) {
        long began = System.nanoTime();
        double[] shown = {0};
        return what -> {
            double seconds = (System.nanoTime() - began) * 1e-9;
            if (seconds - shown[0] >= QUIET_SECONDS) {
                shown[0] = seconds;
                err.println(String.format(Locale.ROOT, "%4.0f s  %s", seconds, what));
                err.flush();
            }
        };
    }
}
