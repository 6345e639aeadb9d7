package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.checkpoint.Checkpoint;
import org.quietstar.checkpoint.SkippedCheckpointListener;

/** What the tests of stopped and continued runs share. */
final class StoppedRuns {
    /** No checkpoint may be damaged. */
    static final SkippedCheckpointListener NONE_SKIPPED = (checkpoint, why) -> {
        throw new AssertionError(checkpoint + ": " + why);
    };

    private StoppedRuns() {}

    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Throws after that step of the run. */
    static TrainingListener stopAfterStep(long step) {
        return new TrainingListener() {
            @Override
            public void onStep(int stageStep, Map<String, Object> metrics) {
                if (metrics.get("step").equals(step)) {
                    throw new Stop();
                }
            }
        };
    }

    /** Throws after the checkpoint of that step. */
    static TrainingListener stopAfterCheckpoint(long step) {
        return new TrainingListener() {
            @Override
            public void onCheckpoint(Path checkpoint) {
                if (checkpoint.endsWith("step-%08d".formatted(step))) {
                    throw new Stop();
                }
            }
        };
    }

    /** Trains until the listener stops it. */
    static void trainUntilStopped(Trainer trainer, TrainingListener stop) {
        trainer.addListener(stop);
        assertThatThrownBy(trainer::train).isInstanceOf(Stop.class);
    }

    /** Opens a run that was stopped; no checkpoint of it may be damaged. */
    static Trainer resume(Path run) {
        return Trainer.resume(run, NONE_SKIPPED);
    }

    /** Names and numbers, bit for bit. */
    static void assertSame(Map<String, INDArray> found, Map<String, INDArray> wanted) {
        assertThat(found.keySet()).isEqualTo(wanted.keySet());
        found.forEach((name, array) -> assertThat(array.data().asFloat())
                .as(name)
                .isEqualTo(wanted.get(name).data().asFloat()));
    }

    /** Weights, thoughts, moments and the held-out loss. */
    static void assertSameArrays(Checkpoint found, Checkpoint wanted) {
        assertSame(found.weights(), wanted.weights());
        assertSame(found.thought(), wanted.thought());
        assertSame(found.optimizer(), wanted.optimizer());
        assertThat(found.score()).isEqualTo(wanted.score());
    }
}
