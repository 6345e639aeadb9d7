package org.quietstar.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.XYStyler;
import org.quietstar.QuietStarException;
import org.quietstar.config.EvaluationConfig.Difficulty;
import org.quietstar.eval.Interval;
import org.quietstar.eval.PerplexityReport;
import org.quietstar.eval.PerplexityReport.Bin;

/** Picture of what thinking gains by difficulty of the token: a bar a group, with its 95 % interval. */
public final class GainPlot {
    private static final int HEIGHT = 440;
    private static final int DECILES = 10;
    /** Most labels of groups that find room below the axis. */
    private static final int MOST_LABELS = 20;
    /** Half the width of a bar and of an interval's cap, as shares of the distance between bars. */
    private static final double HALF_BAR = 0.36;

    private static final double HALF_CAP = 0.09;
    /** Room above and below the bars, as a share of their range. */
    private static final double MARGIN = 0.08;

    private static final BasicStroke DASHED =
            new BasicStroke(2.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {5, 4}, 0);

    private GainPlot() {}

    /**
     * Draws the picture, 1600 pixels wide, to be shown at 800.
     *
     * @throws QuietStarException if this machine has no fonts
     */
    public static Picture picture(PerplexityReport report) {
        return Picture.of(List.of(chart(report)), "Gain from thinking by difficulty of the token");
    }

    static XYChart chart(PerplexityReport report) {
        List<Bin> bins = report.bins();
        String by = report.difficulty() == Difficulty.ENTROPY ? "the base's entropy" : "base loss";
        String groups = (bins.size() == DECILES ? "decile of " : "group by ") + by;
        XYChart chart = ChartStyle.chart(
                HEIGHT,
                String.format(Locale.ROOT, "Gain from thinking on held-out text: %+.4f nats per token", report.gain()),
                groups + " (easy → hard); dashes: what one temperature gains",
                "gain: base NLL − mixed NLL (nats per token)");
        style(chart.getStyler(), bins);
        for (int i = 0; i < bins.size(); i++) {
            addBar(chart, i + 1, bins.get(i).gain());
        }
        ChartStyle.rule(chart, "zero", new double[] {0.5, bins.size() + 0.5}, new double[] {0, 0})
                .setLineColor(ChartStyle.INK);
        for (int i = 0; i < bins.size(); i++) {
            addControl(chart, i + 1, bins.get(i).controlGain());
        }
        for (int i = 0; i < bins.size(); i++) {
            int group = i + 1;
            bins.get(i).gainInterval().ifPresent(interval -> addInterval(chart, group, interval));
        }
        return chart;
    }

    private static void style(XYStyler styler, List<Bin> bins) {
        styler.setLegendVisible(false);
        styler.setXAxisMin(0.5);
        styler.setXAxisMax(bins.size() + 0.5);
        styler.setXAxisMaxLabelCount(Math.min(bins.size(), MOST_LABELS));
        double low = 0;
        double high = 0;
        for (Bin bin : bins) {
            Optional<Interval> interval = bin.gainInterval();
            low = Math.min(
                    low,
                    Math.min(bin.controlGain(), interval.map(Interval::lower).orElse(bin.gain())));
            high = Math.max(
                    high,
                    Math.max(bin.controlGain(), interval.map(Interval::upper).orElse(bin.gain())));
        }
        // With no gain at all the axis still needs a length.
        double range = high > low ? high - low : 1;
        styler.setYAxisMin(low - MARGIN * range);
        styler.setYAxisMax(high + MARGIN * range);
    }

    private static void addBar(XYChart chart, int group, double gain) {
        double left = group - HALF_BAR;
        double right = group + HALF_BAR;
        Color color = gain >= 0 ? ChartStyle.BLUE : ChartStyle.ORANGE;
        XYSeries bar = ChartStyle.line(
                chart,
                "bar " + group,
                new double[] {left, left, right, right},
                new double[] {0, gain, gain, 0},
                color,
                1f);
        bar.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
        bar.setFillColor(color);
    }

    private static void addControl(XYChart chart, int group, double gain) {
        double[] x = {group - HALF_BAR, group + HALF_BAR};
        ChartStyle.line(chart, "control " + group, x, new double[] {gain, gain}, ChartStyle.INK, 2.4f)
                .setLineStyle(DASHED);
    }

    private static void addInterval(XYChart chart, int group, Interval interval) {
        double left = group - HALF_CAP;
        double right = group + HALF_CAP;
        double low = interval.lower();
        double high = interval.upper();
        double[] x = {left, right, group, group, left, right};
        double[] y = {low, low, low, high, high, high};
        ChartStyle.line(chart, "interval " + group, x, y, ChartStyle.INK, 1.6f);
    }
}
