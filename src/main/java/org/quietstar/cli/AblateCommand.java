package org.quietstar.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.quietstar.Ablation;
import org.quietstar.ablation.AblationGrid;
import org.quietstar.config.StageConfig;
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
                        + " Given the same file again, it goes on where it was cut short.")
final class AblateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "GRID", description = "YAML file, such as configs/ablation/tiny.yaml.")
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
            return new Steps(progress);
        }
    }

    /** A run's steps. */
    private static final class Steps implements TrainingListener {
        private final ProgressDisplay progress;
        private int steps;

        Steps(ProgressDisplay progress) {
            this.progress = progress;
        }

        @Override
        public void onStage(StageConfig stage, int stepsDone) {
            steps = stage.train().steps();
            progress.begin(stage.name(), steps, stepsDone);
        }

        @Override
        public void onStep(int stageStep, Map<String, Object> metrics) {
            Map<String, Double> shown = new LinkedHashMap<>();
            for (String key : List.of(Metrics.LOSS, Metrics.GAIN)) {
                if (metrics.get(key) instanceof Double value) {
                    shown.put(key, value);
                }
            }
            progress.update(stageStep, shown, (Double) metrics.get(Metrics.TOKENS_PER_S));
            if (stageStep == steps) {
                progress.end();
            }
        }

        @Override
        public void onWarning(String message) {
            progress.message(message);
        }
    }
}
