package org.quietstar.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.quietstar.QuietStarException;

/** Picture of one metric of several runs over their steps, a line each. */
public final class ComparisonPlot {
    private static final int HEIGHT = 360;
    private static final int LEGEND_ROW = 22;
    private static final int MOST_POINTS = 400;
    private static final double MARGIN = 0.06;
    /** Lines after these take the same colours, dashed. */
    private static final List<Color> COLOURS = List.of(
            ChartStyle.BLUE,
            ChartStyle.ORANGE,
            new Color(0x1b, 0x9e, 0x77),
            new Color(0x75, 0x3b, 0x98),
            ChartStyle.INK);

    private ComparisonPlot() {}

    /**
     * Draws the picture, 1600 pixels wide, to be shown at 800.
     *
     * @param runs lines of each run's metrics.jsonl by the run's name
     * @param metric a key of them
     * @throws QuietStarException if no run has such a metric, or this machine has no fonts
     */
    public static Picture picture(Map<String, ? extends List<? extends JsonNode>> runs, String metric) {
        return Picture.of(List.of(chart(runs, metric)), metric + " of several runs over their steps");
    }

    static XYChart chart(Map<String, ? extends List<? extends JsonNode>> runs, String metric) {
        Map<String, MetricSeries> series = new LinkedHashMap<>();
        runs.forEach((name, lines) -> {
            MetricSeries values = MetricSeries.of(lines, metric, MOST_POINTS);
            if (!values.isEmpty()) {
                series.put(name, values);
            }
        });
        if (series.isEmpty()) {
            throw new QuietStarException(
                    "no run has the metric " + metric + " yet; it is a key of metrics.jsonl, such as nll_thought");
        }
        XYChart chart =
                ChartStyle.chart(HEIGHT + LEGEND_ROW * series.size(), "", "optimiser step", MetricUnits.axis(metric));
        chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
        chart.getStyler().setLegendLayout(LegendLayout.Vertical);
        List<String> names = new ArrayList<>(series.keySet());
        for (int i = 0; i < names.size(); i++) {
            MetricSeries values = series.get(names.get(i));
            Color colour = COLOURS.get(i % COLOURS.size());
            XYSeries line = ChartStyle.line(chart, names.get(i), values.steps(), values.values(), colour, 1.8f);
            if (i >= COLOURS.size()) {
                line.setLineStyle(
                        new BasicStroke(1.8f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {6, 4}, 0));
            }
        }
        range(chart, List.copyOf(series.values()));
        return chart;
    }

    private static void range(XYChart chart, List<MetricSeries> series) {
        double low = series.stream().mapToDouble(MetricSeries::smallest).min().orElseThrow();
        double high = series.stream().mapToDouble(MetricSeries::largest).max().orElseThrow();
        double range = high > low ? high - low : Math.max(Math.abs(high), 1);
        chart.getStyler().setYAxisMin(low - MARGIN * range);
        chart.getStyler().setYAxisMax(high + MARGIN * range);
        double last = series.stream()
                .mapToDouble(one -> one.points().get(one.points().size() - 1).step())
                .max()
                .orElseThrow();
        ChartStyle.roundSteps(chart, low);
        chart.getStyler().setXAxisMin(0.0);
        chart.getStyler().setXAxisMax(Math.max(last, 1));
    }
}
