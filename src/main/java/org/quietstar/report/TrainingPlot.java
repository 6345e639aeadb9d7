package org.quietstar.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.quietstar.QuietStarException;
import org.quietstar.train.Metrics;

/**
 * Picture of a run's course from the lines of its metrics file: one panel each for the loss, its parts (the NLL of the base
 * model and with thoughts, and the REINFORCE term), the mean reward, the mixing weight, and the shares of right answers, over all stages. A panel without data is left out.
 */
public final class TrainingPlot {
    private static final int PANEL_HEIGHT = 210;
    /** The last panel also has the title of the axis of steps. */
    private static final int AXIS_HEIGHT = 24;

    private static final int AXIS_WIDTH = 90;
    private static final int MOST_POINTS = 400;
    /** Room above and below the lines, as shares of their range; above is the legend. */
    private static final double MARGIN_BELOW = 0.06;

    private static final double MARGIN_ABOVE = 0.28;
    private static final BasicStroke DASHED =
            new BasicStroke(1, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {4, 4}, 0);

    /** One line of a panel. */
    private record Line(String key, String name, Color color, float width) {}

    /** Lines that share an axis. */
    private record Panel(String axis, boolean zeroLine, List<Line> lines) {}

    private static final List<Panel> PANELS = List.of(
            new Panel("loss (nats)", false, List.of(new Line(Metrics.LOSS, "loss (all terms)", ChartStyle.INK, 1.6f))),
            new Panel(
                    "NLL (nats per token)",
                    false,
                    List.of(
                            new Line(Metrics.NLL_BASE, "next token, no thoughts", ChartStyle.ORANGE, 1.8f),
                            // Of the tokens ahead the first alone has the base's labels.
                            new Line(
                                    "/" + Metrics.NLL_THOUGHT_K + "/0",
                                    "next token, with thoughts",
                                    ChartStyle.BLUE,
                                    1.8f))),
            new Panel(
                    "gain (nats per token)",
                    true,
                    List.of(new Line(Metrics.GAIN, "without less with thoughts, same labels", ChartStyle.BLUE, 1.6f))),
            new Panel(
                    "REINFORCE (nats)",
                    true,
                    List.of(new Line(Metrics.POLICY_LOSS, "mean of −A·log π, unweighted", ChartStyle.INK, 1.6f))),
            new Panel(
                    "reward (nats)",
                    true,
                    List.of(new Line(Metrics.REWARD_MEAN, "reward (mean)", ChartStyle.BLUE, 1.6f))),
            new Panel(
                    "policy's share",
                    true,
                    List.of(new Line(Metrics.POLICY_SHARE, "of the gradient's norm", ChartStyle.INK, 1.6f))),
            new Panel(
                    "mixing weight w",
                    true,
                    List.of(
                            new Line(Metrics.MIX_WEIGHT_MAX, "largest (of all tokens)", ChartStyle.ORANGE, 1.2f),
                            new Line(Metrics.MIX_WEIGHT_MEAN, "mean (of all tokens)", ChartStyle.BLUE, 1.8f),
                            new Line(Metrics.MIX_WEIGHT_MIN, "smallest (of all tokens)", ChartStyle.GREY, 1.2f))));

    private static final List<Color> ANSWER_COLOURS =
            List.of(ChartStyle.ORANGE, ChartStyle.BLUE, ChartStyle.GREY, ChartStyle.INK);

    private TrainingPlot() {}

    /**
     * Draws the picture, 1600 pixels wide, to be shown at 800.
     *
     * @param lines of metrics.jsonl, in order
     * @throws QuietStarException if there is nothing to draw, or this machine has no fonts
     */
    public static Picture picture(List<? extends JsonNode> lines) {
        List<XYChart> charts = charts(lines);
        if (charts.isEmpty()) {
            throw new QuietStarException("there is nothing to draw yet; the metrics hold no step with a loss");
        }
        return Picture.of(charts, "The course of a run: loss, NLL, reward and mixing weight over its steps");
    }

    static List<XYChart> charts(List<? extends JsonNode> lines) {
        List<Panel> filled = Stream.concat(PANELS.stream(), answers(lines).stream())
                .filter(panel -> panel.lines().stream()
                        .anyMatch(line -> !MetricSeries.of(lines, line.key(), 1).isEmpty()))
                .toList();
        double last = lines.stream()
                .mapToDouble(line -> line.path(Metrics.STEP).asDouble())
                .max()
                .orElse(0);
        List<XYChart> charts = new ArrayList<>();
        for (int i = 0; i < filled.size(); i++) {
            boolean isLast = i == filled.size() - 1;
            XYChart chart = chart(filled.get(i), lines, isLast);
            chart.getStyler().setXAxisMin(0.0);
            chart.getStyler().setXAxisMax(Math.max(last, 1));
            charts.add(chart);
        }
        return charts;
    }

    /** The panel of the shares of right answers; none where no questions were answered on the way. */
    private static Optional<Panel> answers(List<? extends JsonNode> lines) {
        List<String> keys = lines.stream()
                .flatMap(line -> line.properties().stream().map(Map.Entry::getKey))
                .filter(key -> key.startsWith(Metrics.TASK))
                .distinct()
                .toList();
        List<Line> shown = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            String name = keys.get(i).substring(Metrics.TASK.length()).replace('_', ' ');
            shown.add(new Line(keys.get(i), name, ANSWER_COLOURS.get(i % ANSWER_COLOURS.size()), 1.8f));
        }
        return shown.isEmpty() ? Optional.empty() : Optional.of(new Panel("right answers", true, shown));
    }

    private static XYChart chart(Panel panel, List<? extends JsonNode> lines, boolean isLast) {
        Map<String, Double> stages = laterStages(lines);
        XYChart chart = ChartStyle.chart(
                PANEL_HEIGHT + (isLast ? AXIS_HEIGHT : 0), "", isLast ? axisTitle(stages) : "", panel.axis());
        // All panels begin at the same place, however wide their numbers are.
        chart.getStyler().setYAxisLeftWidthHint(AXIS_WIDTH);
        Map<Line, MetricSeries> series = series(panel, lines);
        double low = series.values().stream()
                .mapToDouble(MetricSeries::smallest)
                .min()
                .orElseThrow();
        double high = series.values().stream()
                .mapToDouble(MetricSeries::largest)
                .max()
                .orElseThrow();
        if (panel.zeroLine()) {
            low = Math.min(low, 0);
            high = Math.max(high, 0);
        }
        double range = high > low ? high - low : Math.max(Math.abs(high), 1);
        double bottom = low - MARGIN_BELOW * range;
        double top = high + MARGIN_ABOVE * range;
        ChartStyle.roundSteps(chart, low);
        chart.getStyler().setYAxisMin(bottom);
        chart.getStyler().setYAxisMax(top);
        stages.forEach((name, step) -> ChartStyle.rule(
                        chart, "from " + name, new double[] {step, step}, new double[] {bottom, top})
                .setLineStyle(DASHED));
        series.forEach((line, values) ->
                ChartStyle.line(chart, line.name(), values.steps(), values.values(), line.color(), line.width()));
        if (panel.zeroLine()) {
            double end = lines.get(lines.size() - 1).path(Metrics.STEP).asDouble();
            ChartStyle.rule(chart, "zero", new double[] {0, end}, new double[2]);
        }
        return chart;
    }

    /** The panel's lines that have any value. */
    private static Map<Line, MetricSeries> series(Panel panel, List<? extends JsonNode> lines) {
        Map<Line, MetricSeries> series = new LinkedHashMap<>();
        for (Line line : panel.lines()) {
            MetricSeries values = MetricSeries.of(lines, line.key(), MOST_POINTS);
            if (!values.isEmpty()) {
                series.put(line, values);
            }
        }
        return series;
    }

    /** The step at which each stage after the first begins, by name of the stage. */
    private static Map<String, Double> laterStages(List<? extends JsonNode> lines) {
        Map<String, Double> begins = new LinkedHashMap<>();
        for (JsonNode line : lines) {
            begins.putIfAbsent(
                    line.path(Metrics.STAGE).asText(), line.path(Metrics.STEP).asDouble());
        }
        lines.stream()
                .findFirst()
                .ifPresent(line -> begins.remove(line.path(Metrics.STAGE).asText()));
        return begins;
    }

    private static String axisTitle(Map<String, Double> stages) {
        StringBuilder title = new StringBuilder("optimiser step");
        String separator = "; dashed: ";
        for (Map.Entry<String, Double> stage : stages.entrySet()) {
            title.append(String.format(Locale.ROOT, "%s%s from %.0f", separator, stage.getKey(), stage.getValue()));
            separator = ", ";
        }
        return title.toString();
    }
}
