package org.quietstar.bench.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.quietstar.bench.GenerationBenchmark;
import org.quietstar.bench.GenerationSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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

    @Mixin
    private BenchOutput output;

    @Override
    public Integer call() throws IOException {
        GenerationBenchmark.Result result = GenerationBenchmark.run(GenerationSize.of(size), tokens, output.progress());
        output.print(result.asMap(), () -> print(result));
        return 0;
    }

    private void print(GenerationBenchmark.Result result) {
        output.row(
                "size",
                "%s, %,d parameters, batch 1, %d threads",
                result.size().name(),
                result.size().parameters(),
                result.threads());
        output.row("copy in memory", "%.1f GB/s, read and written", result.copyGigabytesPerSecond());
        print("without thoughts", result, result.plain());
        print("thoughts of " + result.size().thoughtTokens(), result, result.thinking());
    }

    private void print(String name, GenerationBenchmark.Result result, GenerationBenchmark.Rate rate) {
        output.row(
                name,
                "%.2f tokens/s, median of %d; %,.0f MB of weights a token, %.1f GB/s, %.0f %% of copy",
                rate.tokensPerSecond(),
                result.tokens(),
                rate.weightBytes() * 1e-6,
                rate.gigabytesPerSecond(),
                100 * result.share(rate));
    }
}
