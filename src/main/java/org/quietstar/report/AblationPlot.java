package org.quietstar.report;

import java.util.List;
import java.util.Optional;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.quietstar.QuietStarException;
import org.quietstar.ablation.AblationTable;
import org.quietstar.ablation.AblationTable.Row;
import org.quietstar.ablation.AblationTable.Value;
import org.quietstar.eval.Interval;

/** Picture of a grid of runs: a measure of every variant, with 95 % intervals over seeds and, of a task, over its items. */
public final class AblationPlot {
    private static final int HEIGHT = 360;
    private static final double HALF_CAP = 0.06;
    private static final double APART = 0.08;
    private static final double ROOM = 0.5;
    private static final double CLOSE = 0.05;
    private static final double MARGIN = 0.08;

    private AblationPlot() {}

    /**
     * Draws the picture, 1600 pixels wide, to be shown at 800.
     *
     * @param measure one of the table's
     * @throws QuietStarException if this machine has no fonts
     */
    public static Picture picture(AblationTable table, String measure) {
        return Picture.of(List.of(chart(table, measure)), measure + " of each variant");
    }

    static XYChart chart(AblationTable table, String measure) {
        List<Row> rows = table.rows().stream()
                .filter(row -> row.values().containsKey(measure))
                .toList();
        XYChart chart = ChartStyle.chart(HEIGHT, "", "", measure);
        double[] x = new double[rows.size()];
        double[] y = new double[rows.size()];
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < x.length; i++) {
            Value value = rows.get(i).values().get(measure);
            x[i] = i + 1;
            y[i] = value.overSeeds().mean();
            bar(chart, "items " + i, i + 1 + APART, value.overItems(), false);
            bar(chart, "seeds " + i, i + 1, value.overSeeds().interval(), true);
            low = Math.min(low, lowest(value));
            high = Math.max(high, highest(value));
        }
        XYSeries means = ChartStyle.line(chart, measure, x, y, ChartStyle.BLUE, 1);
        means.setLineStyle(SeriesLines.NONE);
        means.setMarker(SeriesMarkers.CIRCLE);
        means.setMarkerColor(ChartStyle.BLUE);
        double range = high > low ? high - low : Math.max(Math.abs(high), 1);
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setXAxisMin(1 - ROOM);
        chart.getStyler().setXAxisMax(rows.size() + ROOM);
        chart.getStyler().setYAxisMin(low - MARGIN * range);
        chart.getStyler().setYAxisMax(high + MARGIN * range);
        chart.setCustomXAxisTickLabelsFormatter(at -> label(rows, at));
        return chart;
    }

    /** The name of a variant at its place; elsewhere nothing to be seen, of another length each, as XChart wants it. */
    private static String label(List<Row> rows, double at) {
        long place = Math.round(at);
        boolean own = Math.abs(at - place) < CLOSE && place >= 1 && place <= rows.size();
        return own ? rows.get((int) place - 1).variant() : "\u200b".repeat(1 + (int) Math.abs(Math.round(at / CLOSE)));
    }

    private static double lowest(Value value) {
        return Math.min(
                value.overSeeds()
                        .interval()
                        .map(Interval::lower)
                        .orElse(value.overSeeds().mean()),
                value.overItems().map(Interval::lower).orElse(value.overSeeds().mean()));
    }

    private static double highest(Value value) {
        return Math.max(
                value.overSeeds()
                        .interval()
                        .map(Interval::upper)
                        .orElse(value.overSeeds().mean()),
                value.overItems().map(Interval::upper).orElse(value.overSeeds().mean()));
    }

    private static void bar(XYChart chart, String name, double x, Optional<Interval> interval, boolean overSeeds) {
        interval.ifPresent(each -> {
            double left = x - HALF_CAP;
            double right = x + HALF_CAP;
            double low = each.lower();
            double high = each.upper();
            ChartStyle.line(
                    chart,
                    name,
                    new double[] {left, right, x, x, left, right},
                    new double[] {low, low, low, high, high, high},
                    overSeeds ? ChartStyle.BLUE : ChartStyle.GREY,
                    1.4f);
        });
    }
}
