package org.quietstar.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.quietstar.Plots;
import org.quietstar.QuietStar;
import org.quietstar.config.RunConfig;
import org.quietstar.eval.PerplexityReport;
import org.quietstar.generate.GenerateOptions;
import org.quietstar.train.Trainer;

/** A model of a text of one's own: first it learns the language, then to think. Argument: a folder for the run. */
public final class Ex4_TrainOnYourOwnText {
    private static final String RECIPE = """
            data: {sequenceLength: 32, batchSize: 4}
            model: {hiddenSize: 32, layers: 1}
            thought: {thoughtTokens: 3, lookahead: 2}
            optimizer: {warmupSteps: 2, learningRate: 5.0e-3}
            evaluation: {maxTokens: 500}
            stages:
              - {name: language-model, train: {mode: language-model, steps: 40, gradientNormsEvery: 0}}
              - {name: quiet-star, train: {mode: quiet-star, steps: 5}, loss: {policyWeight: 1.0}}
            """;

    private Ex4_TrainOnYourOwnText() {}

    public static void main(String[] args) throws IOException {
        Path folder = args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("own-text");
        Path text = folder.resolve("text.txt"); // any .txt or .jsonl, or a folder of them
        StringBuilder counting = new StringBuilder();
        for (int i = 1; i <= 400; i++) {
            counting.append(i)
                    .append(" and ")
                    .append(i + 1)
                    .append(" make ")
                    .append(2 * i + 1)
                    .append(".\n\n\n");
        }
        Files.writeString(text, counting);

        RunConfig recipe = QuietStar.config(RECIPE, "data.train=" + text, "data.validationFraction=0.1");
        try (Trainer trainer = QuietStar.trainer(recipe, folder.resolve("run"))) {
            trainer.train();
        }
        try (QuietStar model = QuietStar.load(folder.resolve("run"))) {
            PerplexityReport report = model.evaluate();
            System.out.printf(
                    Locale.ROOT,
                    "%d held-out tokens: NLL %.3f without, %.3f with thoughts%n",
                    report.tokens(),
                    report.baseNll(),
                    report.mixedNll());
            Plots.gain(report).write(folder.resolve("gain.png"));
            Plots.training(folder.resolve("run")).write(folder.resolve("training.png"));
            GenerateOptions options =
                    GenerateOptions.builder().maxTokens(20).temperature(0.5).build();
            System.out.println("7 and 8"
                    + model.generate("7 and 8", options).lines().findFirst().orElse(""));
        }
        System.out.println("results in " + folder);
    }
}
