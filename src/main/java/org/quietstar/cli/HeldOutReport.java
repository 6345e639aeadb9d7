package org.quietstar.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.quietstar.Plots;
import org.quietstar.QuietStar;
import org.quietstar.QuietStarException;
import org.quietstar.eval.EvaluationListener;
import org.quietstar.eval.ModelComparison;
import org.quietstar.eval.PerplexityReport;

/** The evaluation that ends a training run, and that {@code evaluate} repeats on other text: table, JSON and pictures. */
final class HeldOutReport {
    private final PrintWriter out;
    private final ProgressDisplay progress;

    HeldOutReport(PrintWriter out, ProgressDisplay progress) {
        this.out = out;
        this.progress = progress;
    }

    /**
     * Scores held-out text, prints the table, and writes {@code report.txt}, {@code report.json} and {@code gain.png}.
     *
     * @param text files; none for the recipe's own
     * @param target folder for the results
     */
    void write(QuietStar model, List<String> text, Path target) {
        PerplexityReport report = model.evaluate(text, new Display());
        progress.end();
        out.println();
        out.print(report.toText());
        if (!model.thinks()) {
            out.println("This run has no thoughts yet: mixed equals base.");
        }
        report.write(target);
        draw(progress, () -> Plots.gain(report).write(target.resolve("gain.png")));
        out.println("evaluation: " + target);
        out.flush();
    }

    /** Scores held-out text with two models and prints how they differ. */
    void compare(QuietStar model, String name, QuietStar other, String otherName, List<String> text) {
        ModelComparison comparison = model.compare(other, text, new Display());
        progress.end();
        out.println();
        out.print(comparison.toText(name, otherName));
        out.flush();
    }

    /** Prints what training two models has cost, where both runs tell. */
    void compute(String name, OptionalDouble flops, String otherName, OptionalDouble otherFlops) {
        if (flops.isPresent() && otherFlops.isPresent()) {
            out.printf(
                    Locale.ROOT,
                    "Compute of training, floating-point operations: %s %.3e, %s %.3e%n",
                    name,
                    flops.getAsDouble(),
                    otherName,
                    otherFlops.getAsDouble());
            out.flush();
        }
    }

    /** Draws the course of a run into {@code training.png}. */
    void drawTraining(Path run) {
        draw(progress, () -> Plots.training(run).write(run.resolve("training.png")));
    }

    /** A picture that cannot be drawn, for example without fonts, is no reason to lose the numbers. */
    static void draw(ProgressDisplay progress, Runnable picture) {
        try {
            picture.run();
        } catch (QuietStarException e) {
            progress.message(e.getMessage());
        }
    }

    /** Shows how far it is. */
    private final class Display implements EvaluationListener {
        private long start;

        @Override
        public void onTokens(int scored, int wanted) {
            if (scored == 0) {
                start = System.nanoTime();
                progress.begin("evaluation (tokens)", wanted, 0);
            } else {
                progress.update(scored, Map.of(), scored / ((System.nanoTime() - start) * 1e-9));
            }
        }

        @Override
        public void onWarning(String message) {
            progress.message(message);
        }
    }
}
