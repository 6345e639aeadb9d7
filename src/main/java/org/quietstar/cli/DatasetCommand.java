package org.quietstar.cli;

import java.nio.file.Path;
import java.util.Arrays;
import org.quietstar.data.synthetic.SyntheticDataset;
import org.quietstar.data.synthetic.World;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code quietstar dataset}: writes the embedded corpus again. */
@Command(
        name = "dataset",
        description =
                "Writes a data set from a seed, such as the embedded one: problems in a made-up world, as text, as questions with answers, and a tokenizer.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
public final class DatasetCommand implements Runnable {
    @Option(names = "--out", paramLabel = "FOLDER", description = "Where the files go.", defaultValue = "datasets/tiny")
    private Path out;

    @Option(
            names = "--family",
            paramLabel = "FAMILY",
            description = "What the problems are of: house (the embedded one), sums, ball or town.",
            defaultValue = "house")
    private String family;

    @Option(names = "--seed", description = "The same seed gives the same bytes.", defaultValue = "7")
    private long seed;

    @Option(names = "--train", paramLabel = "COUNT", description = "Documents to train on.", defaultValue = "32000")
    private int train;

    @Option(names = "--validation", paramLabel = "COUNT", description = "Documents held out.", defaultValue = "2000")
    private int validation;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        new SyntheticDataset(family(), seed, train, validation).write(out);
        spec.commandLine()
                .getOut()
                .println("wrote " + train + " training and " + validation + " held-out documents to " + out);
        spec.commandLine().getOut().flush();
    }

    private World.Family family() {
        return Arrays.stream(World.Family.values())
                .filter(each -> each.word().equals(family))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "--family " + family + ": there are house, sums, ball and town"));
    }
}
