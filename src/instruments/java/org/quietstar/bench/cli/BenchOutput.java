package org.quietstar.bench.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import org.quietstar.bench.BenchProgress;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all measurements share: where they show how far they are, and their result as a table or as JSON. */
final class BenchOutput {
    private static final double QUIET_SECONDS = 2;

    @Option(names = "--json", description = "Print the result as one JSON object on the last line.")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    PrintWriter out() {
        return command.commandLine().getOut();
    }

    /** Whether tables are wanted, and not JSON. */
    boolean isTable() {
        return !json;
    }

    /** Prints one line for programs, the last on standard output, or else the table. */
    void print(Map<String, Object> values, Runnable table) throws JsonProcessingException {
        if (json) {
            out().println(new ObjectMapper().writeValueAsString(values));
        } else {
            table.run();
        }
        out().flush();
    }

    /** Prints a row of a table of names and values with their units. */
    void row(String name, String format, Object... values) {
        out().println(String.format(Locale.ROOT, "%-24s", name) + String.format(Locale.ROOT, format, values));
    }

    /** Writes what begins, once two seconds have gone by without a line. */
    BenchProgress progress() {
        PrintWriter err = command.commandLine().getErr();
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
