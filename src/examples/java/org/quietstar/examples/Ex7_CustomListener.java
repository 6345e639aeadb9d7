package org.quietstar.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.quietstar.QuietStar;
import org.quietstar.config.StageConfig;
import org.quietstar.train.Trainer;
import org.quietstar.train.TrainingListener;

/** A listener that watches a run, stops it early and continues it. Argument: a folder for the run. */
public final class Ex7_CustomListener {
    private static final String RECIPE = """
            {data: {train: [datasets/tiny/train.jsonl], sequenceLength: 32, batchSize: 4},
             model: {hiddenSize: 32, layers: 1}, optimizer: {learningRate: 5.0e-3, warmupSteps: 2},
             train: {mode: language-model, steps: 60, gradientNormsEvery: 0}}
            """;

    /** Ends training once the loss has fallen enough. */
    private record UntilLoss(Trainer trainer, double enough) implements TrainingListener {
        @Override
        public void onStage(StageConfig stage, int stepsDone) {
            System.out.println("stage " + stage.name() + " from step " + stepsDone);
        }

        @Override
        public void onStep(int step, Map<String, Object> metrics) {
            double loss = (Double) metrics.get("loss");
            if (loss < enough) {
                System.out.printf(Locale.ROOT, "step %d: loss %.2f is enough%n", step, loss);
                trainer.stop(); // any thread may do so
            }
        }

        @Override
        public void onCheckpoint(Path checkpoint) {
            System.out.println("saved " + checkpoint.getFileName());
        }
    }

    public static void main(String[] args) throws IOException {
        Path run = (args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("listener")).resolve("run");
        try (Trainer trainer = QuietStar.trainer(QuietStar.config(RECIPE), run)) {
            trainer.addListener(new UntilLoss(trainer, 4.0));
            System.out.println("complete: " + trainer.train());
        }
        try (Trainer trainer = QuietStar.resume(run)) {
            System.out.println("continuing after step " + trainer.step());
            System.out.println("complete: " + trainer.train() + ", step " + trainer.step());
        }
    }
}
