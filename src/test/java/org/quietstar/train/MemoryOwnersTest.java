package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStar;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.generate.GenerateOptions;
import org.quietstar.model.Parameters;
import org.quietstar.runtime.NativeHeap;
import org.quietstar.thought.ThinkingModel;

/** Closing a trainer, a model or an optimiser gives its native memory back, without the garbage collector's help. */
class MemoryOwnersTest {
    private static final int TIMES = 50;
    private static final int BATCHES = 5;
    /** In models: what may be left each time; a lost model would be 1, lost moments 2. */
    private static final double MOST = 0.7;

    @TempDir
    private Path folder;

    private RunConfig config;
    private Path run;
    private long modelBytes;

    @BeforeEach
    void trainARun() {
        train(256, "run");
    }

    private void train(int width, String name) {
        config = SmallRecipe.with(
                "model.hiddenSize=" + width,
                "model.intermediateSize=" + 4 * width,
                "model.layers=2",
                "data.sequenceLength=8",
                "stages.language-model.train.steps=1",
                "stages.quiet-star.train.steps=4");
        run = folder.resolve(name);
        try (Trainer trainer = Trainer.start(config, run)) {
            stopAfter(trainer, 3);
            trainer.train();
            modelBytes = trainer.model().parameters().count() * Float.BYTES;
        }
        assertThat(modelBytes).as("what a lost model would show").isGreaterThan(1_500_000);
    }

    private static void stopAfter(Trainer trainer, int steps) {
        trainer.addListener(new TrainingListener() {
            @Override
            public void onStep(int stageStep, Map<String, Object> metrics) {
                if (trainer.step() == steps) {
                    trainer.stop();
                }
            }
        });
    }

    /**
     * What an action leaves behind each time, in models: 1 or more where a model is lost, 2 or more where moments are. It is
     * the median of five batches, since the JVM's compiler takes memory, too, now and then. The garbage collector is not
     * asked to help, but may, so the arrays themselves are looked at as well, where a test can get at them. Small constants
     * of graphs are left to it.
     */
    private double modelsLostBy(int times, Runnable action) {
        action.run();
        action.run();
        int each = times / BATCHES;
        double[] lost = new double[BATCHES];
        for (int batch = 0; batch < BATCHES; batch++) {
            long before = NativeHeap.usedBytes();
            for (int i = 0; i < each; i++) {
                action.run();
            }
            lost[batch] = (NativeHeap.usedBytes() - before) / (double) modelBytes / each;
        }
        Arrays.sort(lost);
        return lost[BATCHES / 2];
    }

    @Test
    void aTrainer() {
        List<INDArray> arrays = new ArrayList<>();
        double lost = modelsLostBy(TIMES, () -> {
            arrays.clear();
            try (Trainer trainer = Trainer.resume(run, StoppedRuns.NONE_SKIPPED)) {
                arrays.addAll(trainer.model().parameters().asMap().values());
            }
            assertThat(arrays).isNotEmpty().allMatch(INDArray::wasClosed);
        });
        assertThat(lost).isLessThan(MOST);
    }

    /** Graphs and their constants are left to the collector: half a model here. Lost moments would be two models more. */
    @Test
    void aTrainerThatTrains() {
        int[] runs = {0};
        List<INDArray> arrays = new ArrayList<>();
        double lost = modelsLostBy(20, () -> {
            arrays.clear();
            try (Trainer trainer = Trainer.start(config, folder.resolve("run-" + runs[0]++))) {
                stopAfter(trainer, 2);
                trainer.train();
                arrays.addAll(trainer.model().parameters().asMap().values());
            }
            assertThat(arrays).isNotEmpty().allMatch(INDArray::wasClosed);
        });
        assertThat(lost).isLessThan(2);
    }

    @Test
    void aModel() {
        GenerateOptions options = GenerateOptions.builder().maxTokens(2).build();
        double lost = modelsLostBy(TIMES, () -> {
            try (QuietStar model = QuietStar.load(run, "evaluation.maxTokens=20")) {
                model.generate("hall red where", options);
                model.evaluate();
            }
        });
        assertThat(lost).isLessThan(MOST);
    }

    @Test
    void anExport() {
        int[] exports = {0};
        double lost = modelsLostBy(TIMES, () -> QuietStar.export(run, folder.resolve("export-" + exports[0]++)));
        assertThat(lost).isLessThan(MOST);
    }

    @Test
    void anOptimiser() {
        try (Trainer trainer = Trainer.resume(run, StoppedRuns.NONE_SKIPPED)) {
            ThinkingModel model = trainer.model();
            Parameters parameters = model.parameters();
            double lost = modelsLostBy(
                    TIMES,
                    () -> AdamW.of(config.lastStage().optimizer(), parameters).close());
            assertThat(lost).isLessThan(MOST);
        }
    }

    @Test
    void afterAResumeTheMomentsExistOnce() {
        // So large that what else a run holds is small beside it.
        train(512, "larger");
        double[] more = new double[3];
        for (int i = 0; i < more.length; i++) {
            Path fresh = folder.resolve("fresh-" + i);
            long once = bytesUntilTheThoughtsAreTrained(() -> Trainer.start(config, fresh));
            long resumed = bytesUntilTheThoughtsAreTrained(() -> Trainer.resume(run, StoppedRuns.NONE_SKIPPED));
            more[i] = (resumed - once) / (double) modelBytes;
        }
        Arrays.sort(more);
        // A second pair of moments would be two models.
        assertThat(more[1]).isLessThan(1);
    }

    private static final class ThatIsAll extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static long bytesUntilTheThoughtsAreTrained(Supplier<Trainer> source) {
        System.gc();
        long before = NativeHeap.usedBytes();
        long[] used = new long[1];
        try (Trainer trainer = source.get()) {
            trainer.addListener(new TrainingListener() {
                @Override
                public void onStage(StageConfig stage, int stageStep) {
                    if (stage.thinks()) {
                        used[0] = NativeHeap.usedBytes() - before;
                        throw new ThatIsAll();
                    }
                }
            });
            assertThatThrownBy(trainer::train).isInstanceOf(ThatIsAll.class);
        }
        return used[0];
    }
}
