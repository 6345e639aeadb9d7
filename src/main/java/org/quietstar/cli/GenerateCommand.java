package org.quietstar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.quietstar.QuietStar;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.SkippedCheckpointListener;
import org.quietstar.generate.GenerateOptions;
import org.quietstar.generate.GenerationListener;
import org.quietstar.generate.SampledPrompt;
import org.quietstar.text.PlainText;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quietstar generate RUN|FOLDER --prompt TEXT} */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Writes text that continues a prompt, with a thought before each token if the model has learned"
                + " to think. The text is printed as it is produced, without the prompt.")
final class GenerateCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "RUN|FOLDER",
            description = "Folder that training printed, or a model's folder in Hugging Face layout.")
    private Path path;

    @ArgGroup(heading = "%nWhat to continue (default: all of standard input is one prompt):%n", exclusive = true)
    private Source source = new Source();

    @ArgGroup(heading = "%nLength:%n", exclusive = false, validate = false)
    private GenerateLength length = new GenerateLength();

    @ArgGroup(heading = "%nSampling:%n", exclusive = false, validate = false)
    private GenerateSampling sampling = new GenerateSampling();

    @ArgGroup(heading = "%nThoughts:%n", exclusive = false, validate = false)
    private GenerateThoughts thoughts = new GenerateThoughts();

    @ArgGroup(heading = "%nOutput and model:%n", exclusive = false, validate = false)
    private Output output = new Output();

    @Mixin
    private AllowNonFinite nonFinite = new AllowNonFinite();

    @Spec
    private CommandSpec spec;

    private static final class Source {
        @Option(names = "--prompt", paramLabel = "TEXT", description = "The prompt; may be empty.")
        private String prompt;

        @Option(
                names = "--prompts",
                paramLabel = "FILE",
                description = "A prompt in each line of a UTF-8 file, generated --batch at a time.")
        private Path file;
    }

    private static final class Output {
        @Option(
                names = "--jsonl",
                description = "One JSON object for each prompt: text, why it ended, and its tokens with"
                        + " log-probability (nats), mixing weight w and thought.")
        private boolean jsonl;

        @Option(
                names = "--samples",
                paramLabel = "N",
                defaultValue = "1",
                description = "Texts for each prompt, each drawn differently (default: ${DEFAULT-VALUE}).")
        private int samples = 1;

        @Option(
                names = "--batch",
                paramLabel = "N",
                defaultValue = "8",
                description = "Prompts generated together (default: ${DEFAULT-VALUE}).")
        private int batch = 8;

        @Option(
                names = "--best",
                description = "Takes a run's best checkpoint (checkpoint.bestBy) instead of the newest.")
        private boolean best;
    }

    @Override
    public Integer call() {
        GenerateOptions options = options();
        if (output.batch < 1) {
            throw new QuietStarException("--batch is " + output.batch + "; it must be 1 or more");
        }
        if (output.samples < 1) {
            throw new QuietStarException("--samples is " + output.samples + "; it must be 1 or more");
        }
        if (output.jsonl && thoughts.show()) {
            throw new ParameterException(
                    spec.commandLine(), "--jsonl has the thoughts already: use --thoughts on instead of show");
        }
        List<SampledPrompt> prompts = SampledPrompt.of(prompts(), output.samples);
        PrintWriter out = spec.commandLine().getOut();
        try (QuietStar model = load()) {
            for (int first = 0; first < prompts.size(); first += output.batch) {
                List<SampledPrompt> some = prompts.subList(first, Math.min(prompts.size(), first + output.batch));
                var listener = output.jsonl
                        ? new JsonLines(model.tokenizer(), out, first, some)
                        : listener(
                                model,
                                out,
                                some.stream().map(SampledPrompt::text).toList(),
                                prompts.size() > 1);
                model.generateSamples(some, options, listener);
            }
        }
        return 0;
    }

    private QuietStar load() {
        return QuietStar.load(path, output.best, List.of(), nonFinite.value(), SkippedCheckpointListener.log());
    }

    private GenerateOptions options() {
        try {
            GenerateOptions.Builder builder = GenerateOptions.builder();
            length.into(builder);
            sampling.into(builder);
            thoughts.into(builder);
            return builder.build();
        } catch (QuietStarException e) {
            throw new QuietStarException("--" + e.getMessage(), e);
        }
    }

    private GenerationListener listener(QuietStar model, PrintWriter out, List<String> prompts, boolean several) {
        if (thoughts.show()) {
            return new ThoughtTable(model.tokenizer(), out, prompts.size(), several);
        }
        return new TextOutput(out, prompts, several);
    }

    private List<String> prompts() {
        if (source.prompt != null) {
            return List.of(source.prompt);
        }
        if (source.file != null) {
            return linesOf(source.file);
        }
        try {
            String text = PlainText.decode(System.in.readAllBytes(), "standard input");
            return List.of(text.replaceFirst("\\R$", ""));
        } catch (IOException e) {
            throw new UncheckedIOException("standard input cannot be read", e);
        }
    }

    private static List<String> linesOf(Path file) {
        List<String> lines;
        try {
            lines = PlainText.read(file).lines().toList();
        } catch (QuietStarException e) {
            throw new QuietStarException("--prompts " + e.getMessage(), e);
        }
        if (lines.isEmpty()) {
            throw new QuietStarException("--prompts " + file + ": the file is empty; give one prompt a line");
        }
        return lines;
    }
}
