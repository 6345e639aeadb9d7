package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.config.RunConfig;
import org.quietstar.runtime.NativeHeap;

/** Training does not take more memory the longer it runs. */
class TrainingMemoryTest {
    /** Steps from one reading to the next. */
    private static final int APART = 20;
    /** For the garbage of the last steps; steps that lose 80 KB each would reach it. */
    private static final long ALLOWED_BYTES = APART * 80_000;

    @TempDir
    private Path folder;

    @Test
    void stepsLoseNoMemory() {
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
                    int step = (stageStep - 1) % APART;
                    if (stageStep <= 2 * APART) {
                        return;
                    }
                    if (step == APART / 2) {
                        outsideHeap.add(NativeHeap.usedBytes());
                    } else if (step > APART / 2) {
                        // The least of ten: ND4J frees what was collected in threads of its own, some steps later.
                        int last = outsideHeap.size() - 1;
                        outsideHeap.set(last, Math.min(outsideHeap.get(last), NativeHeap.usedBytes()));
                    }
                    System.gc();
                }
            });
            trainer.train();
        }
        List<Long> growths = IntStream.range(1, outsideHeap.size())
                .mapToObj(i -> outsideHeap.get(i) - outsideHeap.get(i - 1))
                .sorted()
                .toList();
        assertThat(growths).hasSizeGreaterThan(3);
        // The median: what is lost by steps is lost everywhere, what the JVM's compiler takes is taken here or there.
        assertThat(growths.get(growths.size() / 2))
                .as("median growth of memory outside the heap in bytes, from %s", outsideHeap)
                .isLessThan(ALLOWED_BYTES);
    }
}
