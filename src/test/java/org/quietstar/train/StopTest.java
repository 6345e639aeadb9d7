package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.SkippedCheckpointListener;
import org.quietstar.config.RunConfig;
import org.quietstar.thought.RewardFunction;

/** A trainer that is asked to stop, and continues in the same process or in another. */
class StopTest {
    private static final RunConfig CONFIG = SmallRecipe.with("checkpoint.everySteps=100", "checkpoint.keepLast=9");

    @TempDir
    private static Path folder;

    private static final Map<String, INDArray> EXPECTED = new LinkedHashMap<>();

    @BeforeAll
    static void trainStraight() {
        try (Trainer trainer = Trainer.start(CONFIG, folder.resolve("straight"))) {
            assertThat(trainer.train()).isTrue();
            // The trainer's own arrays are closed with it.
            trainer.model().parameters().asMap().forEach((name, array) -> EXPECTED.put(name, array.dup()));
        }
    }

    /** Stops a trainer after a step, counted over all stages. */
    private record StopAt(Trainer trainer, long step) implements TrainingListener {
        @Override
        public void onStep(int stageStep, Map<String, Object> metrics) {
            if (metrics.get("step").equals(step)) {
                trainer.stop();
            }
        }
    }

    private static List<ObjectNode> metrics(Path run) {
        return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
                .map(MetricsLog::withoutTimings)
                .toList();
    }

    private static void assertDone(Trainer trainer) {
        assertThat(trainer.step()).isEqualTo(12);
        assertThat(trainer.model().parameters().asMap()).isEqualTo(EXPECTED);
        assertThat(metrics(trainer.folder().path())).isEqualTo(metrics(folder.resolve("straight")));
    }

    /** Within both stages, and where one ends. */
    @ParameterizedTest
    @ValueSource(longs = {1, 4, 6, 9})
    void leavesACheckpointAndGoesOn(long step) {
        Path run = folder.resolve("stopped-" + step);
        try (Trainer trainer = Trainer.start(CONFIG, run)) {
            trainer.addListener(new StopAt(trainer, step));
            assertThat(trainer.train()).isFalse();
            assertThat(trainer.step()).isEqualTo(step);
            assertThat(run.resolve("checkpoints/step-%08d".formatted(step))).isDirectory();
            assertThat(trainer.train()).isTrue();
            assertDone(trainer);
        }
    }

    @Test
    void anotherProcessGoesOn() {
        Path run = folder.resolve("resumed");
        try (Trainer trainer = Trainer.start(CONFIG, run)) {
            trainer.addListener(new StopAt(trainer, 8));
            assertThat(trainer.train()).isFalse();
        }
        try (Trainer trainer = Trainer.resume(run, SkippedCheckpointListener.log())) {
            assertThat(trainer.step()).isEqualTo(8);
            assertThat(trainer.train()).isTrue();
            assertDone(trainer);
        }
    }

    @Test
    void stoppedByAnotherThreadOnTheLastStepItIsDone() throws InterruptedException {
        Path run = folder.resolve("thread");
        try (Trainer trainer = Trainer.start(CONFIG, run)) {
            var first = new CountDownLatch(1);
            var stopped = new CountDownLatch(1);
            trainer.addListener(new TrainingListener() {
                @Override
                public void onStep(int stageStep, Map<String, Object> metrics) {
                    first.countDown();
                    await(stopped);
                }
            });
            var outcome = new AtomicReference<Boolean>();
            var thread = new Thread(() -> outcome.set(trainer.train()));
            thread.start();
            await(first);
            trainer.stop();
            stopped.countDown();
            thread.join();
            assertThat(outcome.get()).isFalse();
            assertThat(trainer.step()).isEqualTo(1);
        }
        try (Trainer trainer = Trainer.resume(run, SkippedCheckpointListener.log())) {
            trainer.addListener(new StopAt(trainer, 12));
            assertThat(trainer.train()).isTrue();
            assertDone(trainer);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void afterAnExceptionItMustBeResumed() {
        Path run = folder.resolve("broken");
        try (Trainer trainer = Trainer.start(CONFIG, run)) {
            trainer.addListener(new TrainingListener() {
                @Override
                public void onStep(int stageStep, Map<String, Object> metrics) {
                    throw new UnsupportedOperationException("no");
                }
            });
            assertThatThrownBy(trainer::train).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(trainer::train)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("resume");
        }
    }

    @Test
    void aRunWithARewardOfItsOwnIsResumedWithOne() {
        Path run = folder.resolve("rewarded");
        try (Trainer trainer = Trainer.start(CONFIG, run)) {
            trainer.setReward(thought -> thought.contains('e') ? 1 : 0);
            trainer.addListener(new StopAt(trainer, 9));
            assertThat(trainer.train()).isFalse();
        }
        List<ObjectNode> lines = metrics(run);
        assertThat(lines.get(8).get("reward_mean").asDouble()).isBetween(0.0, 1.0);
        assertThat(lines.get(8))
                .isNotEqualTo(metrics(folder.resolve("straight")).get(8));
        try (Trainer trainer = Trainer.resume(run, SkippedCheckpointListener.log())) {
            assertThatThrownBy(trainer::train)
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContaining("setReward");
            trainer.setReward(RewardFunction.RewardedThought::reward);
            assertThat(trainer.train()).isTrue();
        }
    }
}
