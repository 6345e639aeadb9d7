package org.quietstar.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.quietstar.QuietStarException;
import org.quietstar.eval.task.AnswerReport;
import org.quietstar.eval.task.AnswerReport.Group;
import org.quietstar.eval.task.AnswerReport.Way;
import org.quietstar.eval.task.Share;

/** Picture of a task: right answers by group, without and with thinking, with their 95 % intervals, and chance. */
public final class AnswerPlot {
    private static final int HEIGHT = 440;
    private static final Color VIOLET = new Color(0x75, 0x3b, 0x98);
    /** How far series of one group are apart, as a share of the distance between groups. */
    private static final double APART = 0.06;

    private static final double HALF_CAP = 0.03;
    private static final double ROOM = 0.5;
    private static final double TOP = 1.04;

    private final XYChart chart;
    private final List<Group> groups;
    private int series;

    private AnswerPlot(XYChart chart, List<Group> groups) {
        this.chart = chart;
        this.groups = groups;
    }

    /**
     * Draws the picture, 1600 pixels wide, to be shown at 800.
     *
     * @throws QuietStarException if this machine has no fonts
     */
    public static Picture picture(AnswerReport report) {
        return Picture.of(
                List.of(chart(report)),
                "Right answers of task " + report.task().name() + " by "
                        + report.task().groupName());
    }

    static XYChart chart(AnswerReport report) {
        XYChart chart = ChartStyle.chart(
                HEIGHT,
                String.format(
                        Locale.ROOT,
                        "Right answers to %,d held-out questions",
                        report.all().items()),
                report.groups().size() > 1 ? report.task().groupName() : "",
                "share of right answers");
        var plot = new AnswerPlot(chart, report.groups());
        plot.style();
        double[] ends = {1 - ROOM, report.groups().size() + ROOM};
        XYSeries chance = ChartStyle.rule(chart, "chance", ends, new double[] {
            report.task().chance(), report.task().chance()
        });
        chance.setShowInLegend(true);
        chance.setLineStyle(
                new BasicStroke(1.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {4, 4}, 0));
        plot.add(Way.PLAIN.words(), Group::plain, ChartStyle.INK);
        plot.add(Way.WITHOUT.words(), group -> Optional.of(group.without()), ChartStyle.ORANGE);
        plot.add("another's thought", Group::shuffled, VIOLET);
        plot.add(Way.WITH.words(), Group::with, ChartStyle.BLUE);
        return chart;
    }

    private void style() {
        XYStyler styler = chart.getStyler();
        styler.setXAxisMin(1 - ROOM);
        styler.setXAxisMax(groups.size() + ROOM);
        styler.setYAxisMin(0.0);
        // Room for the marks of what is all right.
        styler.setYAxisMax(TOP);
        styler.setYAxisDecimalPattern("0.0");
        styler.setLegendPadding(12);
        styler.setLegendPosition(LegendPosition.OutsideS);
        styler.setLegendLayout(LegendLayout.Horizontal);
        ChartStyle.namePlaces(chart, groups.stream().map(Group::name).toList());
    }

    private void add(String name, Function<Group, Optional<Share>> share, Color colour) {
        if (groups.stream().anyMatch(group -> share.apply(group).isEmpty())) {
            return;
        }
        double shift = (series++ - 1.5) * APART;
        double[] x = new double[groups.size()];
        double[] y = new double[groups.size()];
        for (int i = 0; i < x.length; i++) {
            Share value = share.apply(groups.get(i)).orElseThrow();
            x[i] = i + 1 + shift;
            y[i] = value.share();
            ChartStyle.interval(chart, name + " " + i, x[i], HALF_CAP, value.interval(), colour);
        }
        XYSeries line = ChartStyle.line(chart, name, x, y, colour, 2.2f);
        line.setMarker(SeriesMarkers.CIRCLE);
        line.setMarkerColor(colour);
    }
}
