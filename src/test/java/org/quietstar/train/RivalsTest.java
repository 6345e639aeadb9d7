package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.config.RunConfig;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtParameters;

/** The rivals of Quiet-STaR and its ablations, which are settings alone, in the same loop. */
class RivalsTest {
    private static final String PAUSE = """
            stages:
              - name: language-model
                train: {mode: language-model, steps: 2}
              - name: pause
                train: {mode: pause, steps: 6}
            """;

    @TempDir
    private Path folder;

    private List<ObjectNode> train(String name, RunConfig config) {
        Path run = folder.resolve(name);
        try (Trainer trainer = Trainer.start(config, run)) {
            trainer.train();
        }
        return MetricsLog.read(run.resolve("metrics.jsonl"));
    }

    @Test
    void pausesAreTrainedByLikelihoodAlone() {
        List<ObjectNode> lines = train("pause", SmallRecipe.stages(PAUSE, "stages.pause.optimizer.learningRate=0.01"));
        assertThat(lines).hasSize(8);
        ObjectNode last = lines.get(7);
        assertThat(last.get("mode").asText()).isEqualTo("pause");
        assertThat(last.has("policy_loss")).isFalse();
        assertThat(last.has("thought_entropy")).isFalse();
        double loss = last.get("loss").asDouble();
        double nlls = (last.get("nll_base").asDouble() + last.get("nll_thought").asDouble()) / 2;
        assertThat(loss).isCloseTo(nlls, within(1e-5));
        assertThat(last.get("mix_weight_max").asDouble()).isNotZero();
        assertThat(last.get("grad_norm").asDouble()).isPositive();
    }

    @Test
    void thoughtsPerPositionDoNotMatterToPauses() {
        List<ObjectNode> two = train("two", SmallRecipe.stages(PAUSE, "thought.thoughtsPerPosition=2"));
        List<ObjectNode> one = train("one", SmallRecipe.stages(PAUSE, "thought.thoughtsPerPosition=1"));
        for (int i = 0; i < two.size(); i++) {
            assertThat(two.get(i).get("loss")).isEqualTo(one.get(i).get("loss"));
        }
    }

    @Test
    void aStoppedPauseRunContinuesBitForBit() {
        RunConfig config = SmallRecipe.stages(PAUSE);
        train("whole", config);
        Path run = folder.resolve("stopped");
        try (Trainer trainer = Trainer.start(config, run)) {
            StoppedRuns.trainUntilStopped(trainer, StoppedRuns.stopAfterStep(7));
        }
        try (Trainer trainer = StoppedRuns.resume(run);
                Trainer whole = StoppedRuns.resume(folder.resolve("whole"))) {
            trainer.train();
            assertSame(trainer.model(), whole.model());
            Map<String, INDArray> thought =
                    trainer.model().thought().orElseThrow().asMap();
            assertThat(trainer.model().pauses()).isTrue();
            assertThat(thought.get(ThoughtParameters.PAUSE)).isNotEqualTo(thought.get(ThoughtParameters.START));
        }
    }

    private static void assertSame(ThinkingModel found, ThinkingModel expected) {
        expected.parameters()
                .asMap()
                .forEach((name, array) ->
                        assertThat(found.parameters().get(name)).as(name).isEqualTo(array));
    }

    @Test
    void aModelHasThoughtsOrPauses() {
        String both = PAUSE + """
                  - name: quiet-star
                    train: {mode: quiet-star, steps: 1}
                """;
        assertThatThrownBy(() -> SmallRecipe.stages(both))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("train.mode pause")
                .hasMessageContaining("'quiet-star' does not continue from 'pause'")
                .hasMessageContaining("from:");
    }

    @Test
    void withoutAMixingHeadThoughtsWeighOne() {
        List<ObjectNode> lines = train("none", SmallRecipe.with("thought.mixer=none"));
        ObjectNode last = lines.get(lines.size() - 1);
        assertThat(last.get("mix_weight_min").asDouble()).isEqualTo(1);
        assertThat(last.get("mix_weight_max").asDouble()).isEqualTo(1);
        try (Trainer trainer = StoppedRuns.resume(folder.resolve("none"))) {
            assertThat(trainer.model().thought().orElseThrow().asMap())
                    .containsOnlyKeys(ThoughtParameters.START, ThoughtParameters.END);
        }
    }

    /** Each ablation is settings alone. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "loss.policyWeight=0",
                "thought.lookahead=1",
                "thought.thoughtsPerPosition=1",
                "loss.clampNegative=false",
                "loss.standardizeAdvantage=true",
                "thought.mixer=none",
                "thought.mixer=none loss.policyWeight=0 thought.lookahead=1 thought.thoughtsPerPosition=1",
                "thought.lookahead=1 loss.clampNegative=false loss.standardizeAdvantage=true",
                "thought.lookahead=1 thought.thoughtsPerPosition=1 loss.clampNegative=false"
            })
    void anAblationRuns(String sets) {
        RunConfig config = SmallRecipe.with(
                ("stages.language-model.train.steps=2 stages.quiet-star.train.steps=2 " + sets).split(" "));
        List<ObjectNode> lines = train("ablation", config);
        ObjectNode last = lines.get(lines.size() - 1);
        assertThat(last.get("skipped_steps").asInt()).isZero();
        assertThat(last.get("loss").isNumber()).isTrue();
        assertThat(last.get("nll_thought_k"))
                .hasSize(config.lastStage().thought().lookahead());
        boolean withoutPolicy = config.lastStage().loss().policyWeight() == 0;
        assertThat(last.get("policy_share").asDouble() == 0).isEqualTo(withoutPolicy);
    }
}
