package org.quietstar.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig;
import org.quietstar.config.RunConfig;
import org.quietstar.config.RunConfigs;
import org.quietstar.config.StageConfig;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.tokenizer.Tokenizers;
import org.quietstar.train.Checkpoint;
import org.quietstar.train.CheckpointInfo;
import org.quietstar.train.CheckpointStore;
import org.quietstar.train.DamageListener;
import org.quietstar.train.ModelState;
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
        RunFolder folder = RunFolder.existing(run);
        RunConfig config = RunConfigs.load(folder.config(), sets);
        Checkpoint checkpoint = checkpoint(config, (path, why) -> progress.message("damaged checkpoint: " + why));
        StageConfig last = config.stages().get(config.stages().size() - 1);
        try (Tokenizer tokenizer = Tokenizers.open(config.tokenizer())) {
            ModelState model = ModelState.restore(config, tokenizer, checkpoint);
            out.println("checkpoint: step " + checkpoint.step() + " of " + run);
            new HeldOutReport(config, folder, out, progress).write(model, tokenizer, text(last.data()), results());
        }
        return 0;
    }

    private Checkpoint checkpoint(RunConfig config, DamageListener damage) {
        var store = new CheckpointStore(run, config.checkpoint());
        if (best) {
            return store.best(damage)
                    .map(CheckpointInfo::path)
                    .map(CheckpointStore::load)
                    .orElseThrow(() -> new QuietStarException(run + ": no checkpoint has a held-out loss; train with"
                            + " train.evaluateEvery, or leave --best out"));
        }
        return store.loadLatest(damage)
                .orElseThrow(() -> new QuietStarException(run + ": there is no intact checkpoint in this run yet"));
    }

    private DataConfig text(DataConfig config) {
        return data.isEmpty() ? config : config.withValidation(data);
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
