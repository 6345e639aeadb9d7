package org.quietstar.report;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.quietstar.QuietStarException;
import org.quietstar.ablation.AblationTable;
import org.quietstar.ablation.AblationTable.Row;
import org.quietstar.ablation.AblationTable.Value;

/**
 * Picture of a grid of runs: a measure of every variant, each seed's value, their mean, and 95 % intervals over seeds and, of
 * a task, over its items.
 */
public final class AblationPlot {
    private static final int HEIGHT = 360;
    private static final double HALF_CAP = 0.06;
    private static final double APART = 0.08;
    private static final double ROOM = 0.5;
    private static final int TICK_PADDING = 10;
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
            String place = " " + (i + 1);
            double at = x[i];
            value.overItems()
                    .ifPresent(interval -> ChartStyle.interval(
                            chart, "items" + place, at + APART, HALF_CAP, interval, ChartStyle.GREY));
            value.overSeeds()
                    .interval()
                    .ifPresent(interval ->
                            ChartStyle.interval(chart, "seeds" + place, at, HALF_CAP, interval, ChartStyle.BLUE));
            DoubleSummaryStatistics ends = ends(value).summaryStatistics();
            low = Math.min(low, ends.getMin());
            high = Math.max(high, ends.getMax());
        }
        double[][] seeds = seeds(rows, measure);
        XYSeries each = ChartStyle.line(chart, "each seed", seeds[0], seeds[1], ChartStyle.ORANGE, 1);
        each.setLineStyle(SeriesLines.NONE);
        each.setMarker(SeriesMarkers.DIAMOND);
        each.setMarkerColor(ChartStyle.ORANGE);
        XYSeries means = ChartStyle.line(chart, measure, x, y, ChartStyle.BLUE, 1);
        means.setLineStyle(SeriesLines.NONE);
        means.setMarker(SeriesMarkers.CIRCLE);
        means.setMarkerColor(ChartStyle.BLUE);
        double range = high > low ? high - low : Math.max(Math.abs(high), 1);
        chart.getStyler().setLegendVisible(false);
        // XChart lifts words with descenders, whose tops the plot would cover.
        chart.getStyler().setAxisTickPadding(TICK_PADDING);
        chart.getStyler().setXAxisMin(1 - ROOM);
        chart.getStyler().setXAxisMax(rows.size() + ROOM);
        chart.getStyler().setYAxisMin(low - MARGIN * range);
        chart.getStyler().setYAxisMax(high + MARGIN * range);
        ChartStyle.namePlaces(chart, rows.stream().map(Row::variant).toList());
        return chart;
    }

    /** Places and values of all seeds, left of their means. */
    private static double[][] seeds(List<Row> rows, String measure) {
        List<double[]> points = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            double place = i + 1 - 2 * APART;
            rows.get(i)
                    .values()
                    .get(measure)
                    .overSeeds()
                    .values()
                    .forEach(value -> points.add(new double[] {place, value}));
        }
        return new double[][] {
            points.stream().mapToDouble(point -> point[0]).toArray(),
            points.stream().mapToDouble(point -> point[1]).toArray()
        };
    }

    /** The ends of both intervals; the mean where there is none. */
    private static DoubleStream ends(Value value) {
        return DoubleStream.concat(
                DoubleStream.of(value.overSeeds().mean()),
                Stream.of(value.overSeeds().interval(), value.overItems())
                        .flatMap(Optional::stream)
                        .flatMapToDouble(interval -> DoubleStream.of(interval.lower(), interval.upper())));
    }
}
