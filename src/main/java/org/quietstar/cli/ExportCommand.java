package org.quietstar.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.Checkpoint;
import org.quietstar.checkpoint.CheckpointStore;
import org.quietstar.checkpoint.RunFolder;
import org.quietstar.config.RunConfig;
import org.quietstar.hub.ModelExport;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.tokenizer.Tokenizers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quietstar export RUN --to DIR} */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description =
                "Writes a trained model as a folder in Hugging Face's layout: the base model, which loads anywhere,"
                        + " the thoughts' part in files of its own, and a model card.")
final class ExportCommand implements Callable<Integer> {
    private static final long MIB = 1L << 20;

    @Parameters(
            paramLabel = "RUN|CHECKPOINT",
            description = "Folder that training printed, whose newest checkpoint is taken; or one of its checkpoints.")
    private Path source;

    @Option(names = "--to", required = true, paramLabel = "DIR", description = "New folder to write.")
    private Path target;

    @Option(names = "--best", description = "Takes the best checkpoint (checkpoint.bestBy) instead of the newest.")
    private boolean best;

    @Option(
            names = "--shard-mib",
            paramLabel = "N",
            defaultValue = "4096",
            description = "Largest file of weights in MiB; beyond it there are several with an index (default: 4096).")
    private long shardMib;

    @Option(
            names = "--adapters",
            paramLabel = "merged|apart",
            defaultValue = "merged",
            description =
                    "Low-rank adapters, where the run trained any: added to the matrices, or in a folder of their own"
                            + " as PEFT names them, beside the base as it was (default: merged).")
    private String adapters;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (shardMib < 1) {
            throw new QuietStarException("export: --shard-mib " + shardMib + ": 1 or more is wanted");
        }
        if (!adapters.equals("merged") && !adapters.equals("apart")) {
            throw new QuietStarException("export: --adapters " + adapters + ": merged or apart is wanted");
        }
        ModelExport.requireFree(target);
        boolean isRun = Files.isRegularFile(new RunFolder(source).config());
        Path run = isRun ? source : runOf(source);
        RunConfig config = RunFolder.existing(run).readConfig();
        var out = spec.commandLine().getOut();
        try (Checkpoint checkpoint = isRun
                        ? new CheckpointStore(run, config.checkpoint())
                                .loadModel(best, (path, why) -> out.println("damaged checkpoint, passed over: " + why))
                        : CheckpointStore.load(source, Checkpoint.Content.MODEL);
                Tokenizer tokenizer = Tokenizers.open(config.tokenizer())) {
            var kind = ModelExport.Adapters.valueOf(adapters.toUpperCase(Locale.ROOT));
            new ModelExport(config, checkpoint, tokenizer, shardMib * MIB, kind).write(target);
            out.println("exported: step " + checkpoint.step() + " of " + run + " to " + target
                    + (checkpoint.thought().isEmpty() ? " (a plain language model)" : " (with thoughts)"));
        }
        out.flush();
        return 0;
    }

    /** Folder of the run that a checkpoint lies in. */
    private Path runOf(Path checkpoint) {
        Path above = checkpoint.toAbsolutePath().getParent();
        Path run = above == null ? null : above.getParent();
        if (best || run == null || !Files.isRegularFile(new RunFolder(run).config())) {
            throw new QuietStarException(source + ": neither a run's folder"
                    + (best ? ", which --best needs" : " nor a checkpoint in one (RUN/checkpoints/step-…)"));
        }
        return run;
    }
}
