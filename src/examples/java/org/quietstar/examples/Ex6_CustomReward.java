package org.quietstar.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.quietstar.QuietStar;
import org.quietstar.train.Trainer;
import org.quietstar.train.TrainingListener;

/**
 * Thoughts that are rewarded for something else than a likelier text: here for the word garden, which shows that
 * REINFORCE works, since the share of that word in the thoughts rises. Argument: a folder for the run.
 */
public final class Ex6_CustomReward {
    private static final String RECIPE = """
            {tokenizer: {kind: huggingface, path: datasets/tiny/tokenizer.json},
             data: {train: [datasets/tiny/train.jsonl], sequenceLength: 32, batchSize: 4},
             model: {hiddenSize: 32, layers: 1},
             thought: {thoughtTokens: 4, lookahead: 2, thoughtsPerPosition: 4},
             loss: {policyWeight: 100.0, clampNegative: false, reinforceTemperature: 1.0},
             optimizer: {learningRate: 1.0e-2, warmupSteps: 2},
             train: {mode: quiet-star, steps: 40, gradientNormsEvery: 0}}
            """;

    public static void main(String[] args) throws IOException {
        Path folder = args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("reward");
        try (Trainer trainer = QuietStar.trainer(QuietStar.config(RECIPE), folder.resolve("run"))) {
            int garden = trainer.tokenizer().encode("garden")[0];

            // thought.reward() is the paper's: add to it, or leave it out as here. It needs no gradient.
            trainer.setReward(thought ->
                    Arrays.stream(thought.ids()).filter(id -> id == garden).count() / (double) thought.ids().length);

            trainer.addListener(new TrainingListener() {
                @Override
                public void onStep(int step, Map<String, Object> metrics) {
                    if (step == 1 || step % 10 == 0) {
                        double share = (Double) metrics.get("reward_mean");
                        System.out.printf(
                                Locale.ROOT, "step %d: %.3f of the thoughts' words are garden%n", step, share);
                    }
                }
            });
            trainer.train();
        }
    }
}
