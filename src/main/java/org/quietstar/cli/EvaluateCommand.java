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
                "Scores held-out text with a run's or folder's model: loss, perplexity and bits per byte without and with thoughts,"
                        + " and what thinking gains by difficulty of the token.")
final class EvaluateCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "RUN|FOLDER",
            description = "Folder that training printed, or a model in Hugging Face layout.")
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
            names = "--against",
            paramLabel = "RUN|FOLDER",
            description = "Another run or model: scores both on this run's held-out text, or on --data, and tells the"
                    + " difference with its interval, instead of what thinking gains.")
    private Path against;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for the results (default: evaluation-<data> in the run; for a model's folder,"
                    + " which is left as it is, evaluation-<model>-<data> here).")
    private Path target;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        var progress = new ProgressDisplay(out, ProgressDisplay.isTerminal());
        try (QuietStar model =
                QuietStar.load(run, best, sets, (path, why) -> progress.message("damaged checkpoint: " + why))) {
            model.step().ifPresent(step -> out.println("checkpoint: step " + step + " of " + run));
            var report = new HeldOutReport(out, progress);
            if (against == null) {
                report.write(model, data, results());
            } else {
                compare(model, report);
            }
        }
        return 0;
    }

    private void compare(QuietStar model, HeldOutReport report) {
        try (QuietStar other = QuietStar.load(against)) {
            report.compare(model, run.toString(), other, against.toString(), data);
        }
    }

    private Path results() {
        if (target != null) {
            return target;
        }
        boolean isRun = RunFolder.isOne(run);
        String name = "evaluation" + (isRun ? "" : suffix(run.toAbsolutePath().normalize()));
        name += data.isEmpty() ? "" : suffix(Path.of(data.get(0)));
        return isRun ? run.resolve(name) : Path.of(name);
    }

    private static String suffix(Path file) {
        return "-" + file.getFileName().toString().replaceAll("[^A-Za-z0-9._-]", "_");
    }
}
