package org.quietstar.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.quietstar.QuietStar;
import org.quietstar.train.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quietstar evaluate RUN --data FILE} */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        description =
                "Scores held-out text with a run's model: loss, perplexity and bits per byte without and with thoughts,"
                        + " and what thinking gains by difficulty of the token.")
final class EvaluateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", description = "Folder that training printed.")
    private Path run;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "Text to score (file, folder or glob); default: the run's own held-out text.")
    private List<String> data = List.of();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Overrides a key: --set evaluation.maxTokens=100000")
    private List<String> sets = List.of();

    @Option(names = "--best", description = "Takes the checkpoint with the lowest held-out loss instead of the newest.")
    private boolean best;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for the results (default: evaluation-<data> in the run).")
    private Path target;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        var progress = new ProgressDisplay(out, ProgressDisplay.isTerminal());
        RunFolder.existing(run);
        try (QuietStar model =
                QuietStar.load(run, best, sets, (path, why) -> progress.message("damaged checkpoint: " + why))) {
            out.println("checkpoint: step " + model.step().orElseThrow() + " of " + run);
            new HeldOutReport(out, progress).write(model, data, results());
        }
        return 0;
    }

    private Path results() {
        if (target != null) {
            return target;
        }
        String name = data.isEmpty()
                ? "evaluation"
                : "evaluation-" + Path.of(data.get(0)).getFileName().toString().replaceAll("[^A-Za-z0-9._-]", "_");
        return run.resolve(name);
    }
}
