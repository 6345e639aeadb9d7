package org.quietstar;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quietstar.ablation.AblationTable;
import org.quietstar.checkpoint.RunFolder;
import org.quietstar.eval.PerplexityReport;
import org.quietstar.eval.task.AnswerReport;
import org.quietstar.generate.Generation;
import org.quietstar.report.AblationPlot;
import org.quietstar.report.AnswerPlot;
import org.quietstar.report.ComparisonPlot;
import org.quietstar.report.GainPlot;
import org.quietstar.report.Html;
import org.quietstar.report.Picture;
import org.quietstar.report.ThoughtColour;
import org.quietstar.report.ThoughtView;
import org.quietstar.report.TrainingPlot;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.train.MetricsLog;

/**
 * What a run and a model look like. A {@link Picture} is written as PNG or shown in a notebook, where
 * {@link Picture#image} and {@link Picture#html} are what kernels display; a piece of {@link Html} likewise.
 *
 * <p>A {@link QuietStarException} says so where there is nothing to draw yet or this machine has no fonts.
 */
public final class Plots {
    private Plots() {}

    /** The course of a run: the loss and its parts, reward, and mixing weight, over the steps made until now. */
    public static Picture training(Path run) {
        return TrainingPlot.picture(MetricsLog.read(RunFolder.existing(run).metrics()));
    }

    /**
     * One metric of several runs over their steps.
     *
     * @param metric a key of the metrics file, such as {@code nll_thought}
     */
    public static Picture comparison(List<Path> runs, String metric) {
        Map<String, List<ObjectNode>> lines = new LinkedHashMap<>();
        for (Path run : runs) {
            lines.put(
                    run.getFileName().toString(),
                    MetricsLog.read(RunFolder.existing(run).metrics()));
        }
        return ComparisonPlot.picture(lines, metric);
    }

    /** What thinking gains, by difficulty of the token, with 95 % intervals. */
    public static Picture gain(PerplexityReport report) {
        return GainPlot.picture(report);
    }

    /** Right answers of a task by group, without and with thinking, with 95 % intervals. */
    public static Picture answers(AnswerReport report) {
        return AnswerPlot.picture(report);
    }

    /**
     * A measure of every variant of a grid, with intervals over seeds and items.
     *
     * @param measure one of the table's, such as {@code nll_mixed}
     */
    public static Picture ablation(AblationTable table, String measure) {
        return AblationPlot.picture(table, measure);
    }

    /** A text, each token on a colour that says how much its thought weighs. */
    public static Html thoughts(Generation text, Tokenizer tokenizer) {
        return thoughts(text, tokenizer, ThoughtColour.WEIGHT);
    }

    /** A text, each token on a colour that says what its thought did. */
    public static Html thoughts(Generation text, Tokenizer tokenizer, ThoughtColour colour) {
        return ThoughtView.of(text, tokenizer, colour);
    }
}
