package org.quietstar.golden;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.quietstar.cli.Instrument;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quietstar check-golden DIR} */
@Command(
        name = "check-golden",
        mixinStandardHelpOptions = true,
        description =
                "Compares losses, activations and gradients of the product's own graphs, in double precision, with"
                        + " recorded ones; exit code 1 if any row is off by more than the tolerance.")
public final class CheckGoldenCommand implements Instrument, Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "Folder with golden.json and its safetensors files.")
    private Path folder;

    @Option(
            names = "--tolerance",
            defaultValue = "1e-5",
            description = "Largest relative error allowed (default ${DEFAULT-VALUE}).")
    private double tolerance;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<GoldenCheck.Row> rows = GoldenCheck.run(folder);
        var out = spec.commandLine().getOut();
        long failed = 0;
        for (GoldenCheck.Row row : rows) {
            boolean off = !(row.error() <= tolerance);
            failed += off ? 1 : 0;
            out.println(String.format(Locale.ROOT, "%-64s %9.2e%s", row.name(), row.error(), off ? "  OFF" : ""));
        }
        out.println(String.format(Locale.ROOT, "%d comparisons, %d above %.1e", rows.size(), failed, tolerance));
        out.flush();
        return failed == 0 ? 0 : 1;
    }
}
