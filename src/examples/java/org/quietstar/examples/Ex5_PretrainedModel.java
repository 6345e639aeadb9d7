package org.quietstar.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.quietstar.QuietStar;
import org.quietstar.config.RunConfig;
import org.quietstar.eval.EvaluationListener;
import org.quietstar.train.Trainer;

/**
 * A pretrained model learns to think. Arguments: a folder for the results, and one with the model in Hugging Face's layout
 * (config.json, model.safetensors, tokenizer.json); without the second, a small model is made first.
 */
public final class Ex5_PretrainedModel {
    private static final String SMALL = """
            {tokenizer: {kind: huggingface, path: datasets/tiny/tokenizer.json},
             data: {train: [datasets/tiny/train.jsonl], sequenceLength: 32, batchSize: 4},
             model: {hiddenSize: 32, layers: 1}, optimizer: {warmupSteps: 2}, train: {mode: language-model, steps: 5}}
            """;

    public static void main(String[] args) throws IOException {
        Path folder = args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("pretrained");
        Path model = args.length > 1 ? Path.of(args[1]) : makeOne(folder);

        // Sizes and tokenizer come from the folder.
        RunConfig recipe = QuietStar.config(
                "train: {mode: quiet-star, steps: 3}",
                "model.weights=" + model,
                "data.train=datasets/tiny/train.jsonl",
                "data.sequenceLength=32",
                "data.batchSize=2",
                "optimizer.warmupSteps=1",
                "thought.thoughtTokens=4");
        System.out.println("model of width " + recipe.model().hiddenSize() + ", family "
                + recipe.model().family());
        try (Trainer trainer = QuietStar.trainer(recipe, folder.resolve("run"))) {
            trainer.train();
        }

        // What it has become, as a folder that Hugging Face's library reads; the thoughts are in files of their own.
        Path thinker = folder.resolve("thinker");
        QuietStar.export(folder.resolve("run"), thinker);
        try (QuietStar thinking = QuietStar.load(thinker, "evaluation.maxTokens=300")) {
            System.out.println("thinks: " + thinking.thinks());
            var report = thinking.evaluate(List.of("datasets/tiny/validation.jsonl"), EvaluationListener.none());
            System.out.println("scored " + report.tokens() + " tokens");
        }
    }

    private static Path makeOne(Path folder) {
        try (Trainer trainer = QuietStar.trainer(QuietStar.config(SMALL), folder.resolve("small"))) {
            trainer.train();
        }
        QuietStar.export(folder.resolve("small"), folder.resolve("model"));
        return folder.resolve("model");
    }
}
