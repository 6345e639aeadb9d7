package org.quietstar.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.quietstar.Plots;
import org.quietstar.QuietStar;
import org.quietstar.config.RunConfig;
import org.quietstar.eval.PerplexityReport;
import org.quietstar.generate.GenerateOptions;
import org.quietstar.train.Trainer;

/** A model of your own text: first it learns the language, then to think. Argument: a folder for the run. */
public final class Ex4_TrainOnYourOwnText {
    private static final String RECIPE = """
            data: {sequenceLength: 32, batchSize: 4, validationFraction: 0.1}
            model: {hiddenSize: 32, layers: 1}
            thought: {thoughtTokens: 3, lookahead: 2}
            optimizer: {warmupSteps: 2, learningRate: 5.0e-3}
            evaluation: {maxTokens: 500}
            stages:
              - {name: language-model, train: {mode: language-model, steps: 40, gradientNormsEvery: 0}}
              - {name: quiet-star, train: {mode: quiet-star, steps: 5}, loss: {policyWeight: 1.0}}
            """;

    public static void main(String[] args) throws IOException {
        Path folder = args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("own-text");
        Path text = folder.resolve("text.txt"); // or any .txt or .jsonl, or a folder of them
        String sums = IntStream.range(1, 400)
                .mapToObj(i -> i + " and " + i + " make " + 2 * i + ".")
                .collect(Collectors.joining("\n\n\n"));
        Files.writeString(text, sums);

        RunConfig recipe = QuietStar.config(RECIPE, "data.train=" + text);
        try (Trainer trainer = QuietStar.trainer(recipe, folder.resolve("run"))) {
            trainer.train();
        }
        Plots.training(folder.resolve("run")).write(folder.resolve("training.png"));

        try (QuietStar model = QuietStar.load(folder.resolve("run"))) {
            PerplexityReport report = model.evaluate();
            System.out.println(report.toText());
            Plots.gain(report).write(folder.resolve("gain.png"));
            GenerateOptions options =
                    GenerateOptions.builder().maxTokens(12).temperature(0.5).build();
            System.out.println("7 and 7" + model.generate("7 and 7", options));
        }
        System.out.println("results in " + folder);
    }
}
