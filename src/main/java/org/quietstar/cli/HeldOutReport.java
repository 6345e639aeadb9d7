package org.quietstar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.data.TextBatches;
import org.quietstar.eval.PerplexityReport;
import org.quietstar.eval.TokenScores;
import org.quietstar.report.GainPlot;
import org.quietstar.report.TrainingPlot;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.train.MetricsLog;
import org.quietstar.train.ModelState;
import org.quietstar.train.RunFolder;

/** The evaluation that ends a training run, and that {@code evaluate} repeats on other text: table, JSON and pictures. */
final class HeldOutReport {
    private final RunConfig config;
    private final RunFolder folder;
    private final PrintWriter out;
    private final ProgressDisplay progress;

    HeldOutReport(RunConfig config, RunFolder folder, PrintWriter out, ProgressDisplay progress) {
        this.config = config;
        this.folder = folder;
        this.out = out;
        this.progress = progress;
    }

    /**
     * Scores held-out text, prints the table, and writes {@code report.txt}, {@code report.json} and {@code gain.png}.
     *
     * @param data where the text comes from
     * @param target folder for the results
     */
    void write(ModelState model, Tokenizer tokenizer, DataConfig data, Path target) {
        StageConfig stage = config.stages().get(config.stages().size() - 1);
        PerplexityReport report = score(model, tokenizer, stage, data);
        boolean thoughts = model.thought().isPresent();
        out.println();
        out.print(report.toText());
        if (!thoughts) {
            out.println("This run has no thoughts yet: mixed equals base.");
        }
        try {
            Files.createDirectories(target);
            Files.writeString(target.resolve("report.txt"), report.toText(), StandardCharsets.UTF_8);
            Files.writeString(
                    target.resolve("report.json"), report.toJson().toPrettyString() + "\n", StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new QuietStarException(target + ": the evaluation cannot be written: " + e, e);
        }
        draw(() -> GainPlot.write(report, target.resolve("gain.png")));
        out.println("evaluation: " + target);
        out.flush();
    }

    private PerplexityReport score(ModelState model, Tokenizer tokenizer, StageConfig stage, DataConfig data) {
        try (var evaluator = model.evaluator(config, stage.thought(), data, tokenizer);
                TextBatches batches = TextBatches.validation(
                        data, tokenizer, config.seed(), record -> progress.message(record.toString()))) {
            progress.begin("evaluation (tokens)", config.evaluation().maxTokens(), 0);
            long start = System.nanoTime();
            TokenScores scores = evaluator.score(
                    batches,
                    tokens -> progress.update(
                            Math.min(tokens, config.evaluation().maxTokens()),
                            Map.of(),
                            tokens / ((System.nanoTime() - start) * 1e-9)));
            progress.end();
            return PerplexityReport.of(
                    scores, config.evaluation().bins(), config.evaluation().bootstrapSamples(), config.seed());
        }
    }

    /** Draws the course of the run into {@code training.png}. */
    void drawTraining() {
        Path png = folder.path().resolve("training.png");
        draw(() -> TrainingPlot.write(MetricsLog.read(folder.metrics()), png));
    }

    /** A picture that cannot be drawn, for want of fonts, say, is no reason to lose the numbers. */
    private void draw(Runnable picture) {
        try {
            picture.run();
        } catch (QuietStarException e) {
            progress.message(e.getMessage());
        }
    }
}
