package org.quietstar.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.quietstar.Ablation;
import org.quietstar.ablation.AblationGrid;
import org.quietstar.train.Metrics;
import org.quietstar.train.TrainingListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quietstar ablate GRID} */
@Command(
        name = "ablate",
        mixinStandardHelpOptions = true,
        description =
                "Trains and evaluates each variant of a recipe with each seed, and prints the table with intervals."
                        + " Given the same file again, it continues where it was cut short.")
final class AblateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "GRID", description = "YAML file, such as configs/effect/rivals.yaml.")
    private Path file;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        var progress = new ProgressDisplay(out, ProgressDisplay.isTerminal());
        Ablation ablation = Ablation.of(file);
        ablation.run(new Display(out, progress));
        out.println();
        out.print(ablation.table().toText());
        out.println(
                "results: " + ablation.grid().output() + " (README.md, table.json, pictures, one folder a variant)");
        out.flush();
        return 0;
    }

    /** Shows the course. */
    private record Display(PrintWriter out, ProgressDisplay progress) implements Ablation.Listener {
        @Override
        public void onCell(AblationGrid.Cell cell, int number, int all, boolean finished) {
            out.println(number + "/" + all + "  " + cell.variant().name() + ", seed " + cell.seed()
                    + (finished ? ": finished before" : ""));
            out.flush();
        }

        @Override
        public TrainingListener training() {
            return new TrainingProgress(progress, Metrics.LOSS, Metrics.GAIN);
        }
    }
}
