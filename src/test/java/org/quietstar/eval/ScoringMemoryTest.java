package org.quietstar.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.config.EvaluationConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.LanguageModelMemory;
import org.quietstar.model.Parameters;
import org.quietstar.thought.LearningMemory;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtLayout;
import org.quietstar.thought.ThoughtParameters;
import org.quietstar.thought.TokenRules;

/** What a run's plan says that scoring held-out text takes, against what its plans take. */
class ScoringMemoryTest {
    @ParameterizedTest
    @CsvSource({
        "259, 128, 512, 2, 4, 40, 14, 4",
        "259, 128, 512, 2, 4, 8, 256, 4",
        "30000, 64, 128, 1, 4, 4, 64, 4",
        "3000, 128, 352, 4, 4, 4, 64, 8",
        "259, 64, 128, 2, 8, 2, 512, 2",
        "3000, 32, 64, 1, 2, 8, 64, 4"
    })
    void buffersAreAsPlanned(
            int vocabulary, int width, int inside, int layers, int heads, int batch, int length, int tokens) {
        ModelConfig sizes = ModelConfig.defaults()
                .withVocabSize(vocabulary)
                .withHiddenSize(width)
                .withIntermediateSize(inside)
                .withLayers(layers)
                .withHeads(heads)
                .withKvHeads(heads);
        ThoughtConfig thought = ThoughtConfig.defaults().withThoughtTokens(tokens);
        Parameters decoder = DecoderParameters.random(sizes, DataType.FLOAT, 1);
        Parameters all = decoder.and(ThoughtParameters.create(sizes, thought, decoder, 0, 1));
        var layout = new ThoughtLayout(batch, length, 1, tokens, 1);
        try (ThinkingModel model = ThinkingModel.of(sizes, thought, all, TokenRules.never(List.of()));
                var thinking = new HeldOutScorer.Thinking(model, EvaluationConfig.defaults(), batch, length, 1);
                var plain = new HeldOutScorer.Plain(model, batch, length)) {
            assertThat(LearningMemory.scoringBuffers(sizes, layout, DataType.FLOAT))
                    .isCloseTo(thinking.bufferBytes(), withinPercentage(15));
            assertThat(LanguageModelMemory.scoringBuffers(sizes, batch, length, DataType.FLOAT))
                    .isCloseTo(plain.bufferBytes(), withinPercentage(15));
        }
    }
}
