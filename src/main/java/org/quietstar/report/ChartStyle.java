package org.quietstar.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.quietstar.eval.Interval;

/** The common look of the pictures, made for a README of 800 pixels. Colour-blind readers can tell the colours apart. */
final class ChartStyle {
    /** Ticks this near to a place are its own. */
    private static final double CLOSE = 0.05;

    static final int WIDTH = 800;
    static final Color BLUE = new Color(0x1f, 0x77, 0xb4);
    static final Color ORANGE = new Color(0xd9, 0x5f, 0x02);
    static final Color GREY = new Color(0x88, 0x88, 0x88);
    static final Color INK = new Color(0x33, 0x33, 0x33);
    private static final Color CLEAR = new Color(255, 255, 255, 0);
    private static final Color GRID = new Color(0xe4, 0xe4, 0xe4);

    private ChartStyle() {}

    /** An empty chart; a {@code title} or {@code xTitle} that is empty takes no room. */
    static XYChart chart(int height, String title, String xTitle, String yTitle) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(height)
                .title(title)
                .xAxisTitle(xTitle)
                .yAxisTitle(yTitle)
                .build();
        XYStyler styler = chart.getStyler();
        styler.setLocale(Locale.ROOT);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(GRID);
        styler.setPlotGridVerticalLinesVisible(false);
        styler.setPlotGridLinesStroke(new BasicStroke(1));
        styler.setChartFontColor(INK);
        styler.setChartTitleVisible(!title.isEmpty());
        styler.setChartTitleBoxVisible(false);
        styler.setChartTitleFont(font(Font.BOLD, 16));
        styler.setXAxisTitleVisible(!xTitle.isEmpty());
        styler.setAxisTitleFont(font(Font.PLAIN, 14));
        styler.setAxisTickLabelsFont(font(Font.PLAIN, 13));
        styler.setAxisTickMarksColor(GREY);
        styler.setAxisTickLabelsColor(INK);
        styler.setLegendFont(font(Font.PLAIN, 13));
        styler.setLegendPosition(LegendPosition.InsideNE);
        styler.setLegendLayout(LegendLayout.Horizontal);
        styler.setLegendBorderColor(CLEAR);
        // Opaque, so that no line crosses a name.
        styler.setLegendBackgroundColor(Color.WHITE);
        styler.setLegendPadding(8);
        styler.setLegendSeriesLineLength(18);
        styler.setPlotContentSize(1.0);
        styler.setXAxisTickMarkSpacingHint(80);
        styler.setXAxisDecimalPattern("0");
        styler.setYAxisDecimalPattern("0.######");
        styler.setAntiAlias(true);
        return chart;
    }

    private static Font font(int style, int size) {
        return new Font(Font.SANS_SERIF, style, size);
    }

    /** Adds a line without markers. */
    static XYSeries line(XYChart chart, String name, double[] x, double[] y, Color color, float width) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(color);
        series.setLineStyle(new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND));
        return series;
    }

    /**
     * Makes the axis of steps choose round numbers. XChart labels the steps themselves where they are equally spaced, as
     * many as there is room for; an invisible point between two of them keeps it from that.
     *
     * @param y within the range of the axis
     */
    static void roundSteps(XYChart chart, double y) {
        rule(chart, "round steps", new double[] {0.5}, new double[] {y});
    }

    /** Adds the two ends of an interval at a place, and what is between them; the legend does not name it. */
    static void interval(XYChart chart, String name, double x, double halfCap, Interval interval, Color color) {
        double left = x - halfCap;
        double right = x + halfCap;
        double low = interval.lower();
        double high = interval.upper();
        line(
                        chart,
                        name,
                        new double[] {left, right, x, x, left, right},
                        new double[] {low, low, low, high, high, high},
                        color,
                        1.4f)
                .setShowInLegend(false);
    }

    /**
     * Names the places 1, 2, … of the horizontal axis, and nothing that can be seen between them. XChart leaves all labels
     * out where two are alike, so every empty one has another number of characters without width.
     */
    static void namePlaces(XYChart chart, List<String> names) {
        chart.setCustomXAxisTickLabelsFormatter(at -> {
            long place = Math.round(at);
            boolean own = Math.abs(at - place) < CLOSE && place >= 1 && place <= names.size();
            return own ? names.get((int) place - 1) : "\u200b".repeat(1 + (int) Math.abs(Math.round(at / CLOSE)));
        });
    }

    /** Adds a thin line that the legend does not name. */
    static XYSeries rule(XYChart chart, String name, double[] x, double[] y) {
        XYSeries series = line(chart, name, x, y, GREY, 1f);
        series.setShowInLegend(false);
        return series;
    }
}
