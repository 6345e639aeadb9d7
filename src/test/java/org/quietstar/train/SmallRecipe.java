package org.quietstar.train;

import java.util.List;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;

/** A recipe of two short stages on the embedded corpus, with sizes that make a step a matter of milliseconds. */
public final class SmallRecipe {
    private static final String RUN = """
            seed: 7
            data:
              train: [datasets/tiny/train.jsonl]
              validation: [datasets/tiny/validation.jsonl]
              sequenceLength: 16
              batchSize: 2
              shuffleBuffer: 16
            model: {hiddenSize: 16, intermediateSize: 24, layers: 1, heads: 2, kvHeads: 1, tiedEmbeddings: true, maxPositions: 64}
            thought: {thoughtTokens: 2, lookahead: 2, thoughtsPerPosition: 2}
            loss: {policyWeight: 10.0}
            optimizer: {learningRate: 1.0e-3, warmupSteps: 2}
            checkpoint: {everySteps: 2}
            evaluation: {maxTokens: 100}
            """;

    private static final String STAGES = """
            stages:
              - name: language-model
                train: {mode: language-model, steps: 6}
              - name: quiet-star
                train: {mode: quiet-star, steps: 6}
            """;

    private SmallRecipe() {}

    /** The recipe with each KEY=VALUE of {@code sets} laid over it. */
    public static RunConfig with(String... sets) {
        return stages(STAGES, sets);
    }

    /** The recipe with other stages. */
    public static RunConfig stages(String yaml, String... sets) {
        return Recipes.fromYaml(RUN + yaml, "SmallRecipe", List.of(sets));
    }
}
