package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
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
    private static final double MOST = 0.3;

    @TempDir
    private Path folder;

    private RunConfig config;
    private Path run;
    private long modelBytes;

    @BeforeEach
    void trainARun() {
        train(128, "run");
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
     * What an action leaves behind each time, in models: 1 or more where a model is lost, 2 or more where moments are. The
     * garbage collector is not asked to help, but may, so the arrays themselves are looked at as well, where a test can get
     * at them. Small constants of graphs are left to it, and the JVM's compiler takes memory, too.
     */
    private double modelsLostBy(Runnable action) {
        return modelsLostBy(TIMES, action);
    }

    private double modelsLostBy(int times, Runnable action) {
        action.run();
        action.run();
        long before = NativeHeap.usedBytes();
        for (int i = 0; i < times; i++) {
            action.run();
        }
        return (NativeHeap.usedBytes() - before) / (double) modelBytes / times;
    }

    @Test
    void aTrainer() {
        List<INDArray> arrays = new ArrayList<>();
        double lost = modelsLostBy(() -> {
            arrays.clear();
            try (Trainer trainer = Trainer.resume(run, StoppedRuns.NONE_SKIPPED)) {
                arrays.addAll(trainer.model().parameters().asMap().values());
            }
            assertThat(arrays).isNotEmpty().allMatch(INDArray::wasClosed);
        });
        assertThat(lost).isLessThan(MOST);
    }

    @Test
    void aTrainerThatTrains() {
        int[] runs = {0};
        double lost = modelsLostBy(20, () -> {
            try (Trainer trainer = Trainer.start(config, folder.resolve("run-" + runs[0]++))) {
                stopAfter(trainer, 2);
                trainer.train();
            }
        });
        assertThat(lost).isLessThan(MOST);
    }

    @Test
    void aModel() {
        GenerateOptions options = GenerateOptions.builder().maxTokens(2).build();
        double lost = modelsLostBy(() -> {
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
        double lost = modelsLostBy(() -> QuietStar.export(run, folder.resolve("export-" + exports[0]++)));
        assertThat(lost).isLessThan(MOST);
    }

    @Test
    void anOptimiser() {
        try (Trainer trainer = Trainer.resume(run, StoppedRuns.NONE_SKIPPED)) {
            ThinkingModel model = trainer.model();
            Parameters parameters = model.parameters();
            double lost = modelsLostBy(
                    () -> AdamW.of(config.lastStage().optimizer(), parameters).close());
            assertThat(lost).isLessThan(MOST);
        }
    }

    @Test
    void afterAResumeTheMomentsExistOnce() {
        // So large that what else a run holds is small beside it.
        train(512, "larger");
        long fresh = bytesUntilTheThoughtsAreTrained(() -> Trainer.start(config, folder.resolve("fresh")));
        long resumed = bytesUntilTheThoughtsAreTrained(() -> Trainer.resume(run, StoppedRuns.NONE_SKIPPED));
        // A second pair of moments would be two models.
        assertThat((resumed - fresh) / (double) modelBytes).isLessThan(1);
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
                    }
                }
            });
            trainer.train();
        }
        return used[0];
    }
}
