package org.quietstar.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.quietstar.QuietStar;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.RunFolder;
import org.quietstar.config.RunConfig;
import org.quietstar.model.DecoderParameters;
import org.quietstar.runtime.Backend;
import org.quietstar.runtime.MemoryLimits;
import org.quietstar.runtime.ProcessMemory;
import org.quietstar.runtime.Versions;
import org.quietstar.train.MemoryPlan;
import org.quietstar.train.Metrics;
import org.quietstar.train.Trainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quietstar train RECIPE} and {@code quietstar train --resume RUN} */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = "Trains what a recipe says, evaluates it on held-out text, and prints where the results are.")
final class TrainCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "RECIPE", description = "YAML file, such as configs/tiny.yaml.")
    private Path recipe;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Overrides a key: --set train.steps=50")
    private List<String> sets = new ArrayList<>();

    @Option(names = "--resume", paramLabel = "RUN", description = "Continues a run from its newest checkpoint.")
    private Path resume;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        var progress = new ProgressDisplay(out, ProgressDisplay.isTerminal());
        long start = System.nanoTime();
        try (Trainer trainer = open(progress)) {
            banner(out, trainer);
            trainer.addListener(new TrainingProgress(
                    progress,
                    Metrics.LOSS,
                    Metrics.NLL_BASE,
                    Metrics.GAIN,
                    Metrics.MIX_WEIGHT_MEAN,
                    Metrics.POLICY_SHARE));
            trainer.train();
            Path run = trainer.folder().path();
            new HeldOutReport(out, progress).drawTraining(run);
            try (QuietStar model = QuietStar.of(trainer)) {
                new RunEvaluation(out, progress)
                        .write(model, run, trainer.folder().evaluation());
            }
            out.println(String.format(
                    Locale.ROOT,
                    "run:        %s (metrics.jsonl, training.png, checkpoints)%ntime:       %.0f s, peak memory %.0f MiB",
                    run,
                    (System.nanoTime() - start) * 1e-9,
                    ProcessMemory.peakMiB()));
            out.flush();
        }
        return 0;
    }

    private Trainer open(ProgressDisplay progress) {
        if ((recipe == null) == (resume == null)) {
            throw new QuietStarException(
                    "train: give either a recipe (quietstar train configs/tiny.yaml) or a run to continue (--resume RUN)");
        }
        if (resume != null) {
            if (!sets.isEmpty()) {
                throw new QuietStarException(
                        "train: --set " + sets.get(0) + " cannot change a run that is resumed; a run goes"
                                + " on with the settings in its config.yaml");
            }
            return QuietStar.resume(
                    resume,
                    (checkpoint, why) -> progress.message(
                            "damaged checkpoint " + checkpoint.getFileName() + ", passed over: " + why));
        }
        RunConfig config = QuietStar.config(recipe, sets);
        showMemory(config);
        String name = recipe.getFileName().toString().replaceFirst("\\.ya?ml$", "");
        return QuietStar.trainer(config, RunFolder.choose(config, name));
    }

    /** In one line where it fits, in full where it does not; {@link Trainer#start} then refuses it. */
    private void showMemory(RunConfig config) {
        PrintWriter out = spec.commandLine().getOut();
        MemoryPlan plan = QuietStar.plan(config);
        MemoryLimits limits =
                MemoryLimits.current(Backend.require(config.backend().word()));
        if (plan.total() <= limits.available()) {
            out.println(MemoryTable.line(plan, limits));
        } else {
            MemoryTable.print(out, plan, limits);
            plan.requireFits(config, limits);
        }
        out.flush();
    }

    private static void banner(PrintWriter out, Trainer trainer) {
        var model = trainer.model().config();
        long parameters = DecoderParameters.count(model);
        out.println(String.format(
                Locale.ROOT,
                "quietstar %s, ND4J %s on %s, %s threads, OpenBLAS core %s",
                Versions.current().quietstar(),
                Versions.current().nd4j(),
                Backend.require(trainer.config().backend().word()).label(),
                System.getenv().getOrDefault("OMP_NUM_THREADS", "default"),
                System.getenv().getOrDefault("OPENBLAS_CORETYPE", "detected")));
        out.println(String.format(
                Locale.ROOT,
                "model: %,d parameters, %d layers of width %d, vocabulary %d, about %,d FLOP a token and training pass",
                parameters,
                model.layers(),
                model.hiddenSize(),
                model.vocabSize(),
                6 * parameters));
        String after = trainer.step() > 0 ? ", continuing after step " + trainer.step() : "";
        out.println("run: " + trainer.folder().path() + after);
        out.flush();
    }
}
