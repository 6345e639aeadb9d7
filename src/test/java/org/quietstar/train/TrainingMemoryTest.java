package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.config.RunConfig;
import org.quietstar.runtime.NativeHeap;

/** Training does not take more memory the longer it runs. */
class TrainingMemoryTest {
    /** For the garbage of the last steps and the compiler's own memory; steps that lose 80 KB each would reach it. */
    private static final long ALLOWED_BYTES = 8_000_000;

    @TempDir
    private Path folder;

    @Test
    void memoryAfter150StepsIsWhatItWasAfter50() {
        RunConfig config = SmallRecipe.with(
                "stages.language-model.train.steps=1",
                "stages.quiet-star.train.steps=150",
                "stages.quiet-star.train.evaluateEvery=25",
                "stages.quiet-star.train.gradientNormsEvery=2",
                "data.batchSize=4",
                "data.sequenceLength=64",
                "model.maxPositions=128",
                "checkpoint.everySteps=25");
        List<Long> outsideHeap = new ArrayList<>();
        try (Trainer trainer = Trainer.start(config, folder.resolve("run"))) {
            trainer.addListener(new TrainingListener() {
                @Override
                public void onStep(int stageStep, Map<String, Object> metrics) {
                    if ((stageStep - 1) % 50 == 39) {
                        outsideHeap.add(Long.MAX_VALUE);
                    } else if ((stageStep - 1) % 50 > 39) {
                        // The least of ten: ND4J frees what was collected in threads of its own, some steps later, and
                        // the
                        // JVM's compiler takes memory for a while.
                        int last = outsideHeap.size() - 1;
                        outsideHeap.set(last, Math.min(outsideHeap.get(last), NativeHeap.usedBytes()));
                        System.gc();
                    }
                }
            });
            trainer.train();
        }
        assertThat(outsideHeap).hasSize(3);
        assertThat(outsideHeap.get(2) - outsideHeap.get(0))
                .as("growth of memory outside the heap in bytes, from %s", outsideHeap)
                .isLessThan(ALLOWED_BYTES);
    }
}
