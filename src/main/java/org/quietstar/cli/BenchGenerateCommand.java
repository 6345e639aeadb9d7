package org.quietstar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.quietstar.bench.GenerationBenchmark;
import org.quietstar.bench.GenerationSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quietstar bench generate} */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description = "Times generation, one sequence, without and with thoughts.",
        showDefaultValues = true)
final class BenchGenerateCommand implements Callable<Integer> {
    @Option(names = "--size", description = "tiny or 100m.", defaultValue = "100m")
    private String size;

    @Option(names = "--tokens", description = "Timed tokens of each kind.", defaultValue = "40")
    private int tokens;

    @Option(names = "--json", description = "Print the result as one JSON object on the last line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        GenerationBenchmark.Result result = GenerationBenchmark.run(
                GenerationSize.of(size),
                tokens,
                BenchCommand.progress(spec.commandLine().getErr()));
        if (json) {
            BenchCommand.printJson(out, result.asMap());
        } else {
            print(out, result);
        }
        return 0;
    }

    private static void print(PrintWriter out, GenerationBenchmark.Result result) {
        BenchCommand.row(
                out,
                "size",
                "%s, %,d parameters, batch 1, %d threads",
                result.size().name(),
                result.size().parameters(),
                result.threads());
        BenchCommand.row(out, "copy in memory", "%.1f GB/s, read and written", result.copyGigabytesPerSecond());
        print(out, "without thoughts", result, result.plain());
        print(out, "thoughts of " + result.size().thoughtTokens(), result, result.thinking());
        out.flush();
    }

    private static void print(
            PrintWriter out, String name, GenerationBenchmark.Result result, GenerationBenchmark.Rate rate) {
        BenchCommand.row(
                out,
                name,
                "%.2f tokens/s, median of %d; %,.0f MB of weights a token, %.1f GB/s, %.0f %% of copy",
                rate.tokensPerSecond(),
                result.tokens(),
                rate.weightBytes() * 1e-6,
                rate.gigabytesPerSecond(),
                100 * result.share(rate));
    }
}
