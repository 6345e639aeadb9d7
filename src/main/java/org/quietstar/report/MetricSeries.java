package org.quietstar.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.quietstar.train.Metrics;

/**
 * One metric over the steps of a run, thinned so that a line of it can be read.
 *
 * @param points step and value of each point, steps ascending
 */
record MetricSeries(List<Point> points) {
    /** One point of the line. */
    record Point(double step, double value) {}

    /**
     * The finite values of {@code key}, which is a JSON pointer where it begins with a slash. More than {@code most} of them are replaced by the means of as many
     * neighbouring runs.
     */
    static MetricSeries of(List<? extends JsonNode> lines, String key, int most) {
        List<Point> all = new ArrayList<>();
        for (JsonNode line : lines) {
            JsonNode value = key.startsWith("/") ? line.at(key) : line.path(key);
            // Numbers that JSON lacks are strings in the file.
            if (value.isNumber() && line.path(Metrics.STEP).isNumber()) {
                all.add(new Point(line.path(Metrics.STEP).doubleValue(), value.doubleValue()));
            }
        }
        if (all.size() <= most) {
            return new MetricSeries(all);
        }
        List<Point> thinned = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            List<Point> run =
                    all.subList((int) ((long) i * all.size() / most), (int) ((long) (i + 1) * all.size() / most));
            thinned.add(new Point(
                    run.stream().mapToDouble(Point::step).average().orElseThrow(),
                    run.stream().mapToDouble(Point::value).average().orElseThrow()));
        }
        return new MetricSeries(thinned);
    }

    boolean isEmpty() {
        return points.isEmpty();
    }

    double[] steps() {
        return points.stream().mapToDouble(Point::step).toArray();
    }

    double[] values() {
        return points.stream().mapToDouble(Point::value).toArray();
    }

    double smallest() {
        return Arrays.stream(values()).min().orElse(0);
    }

    double largest() {
        return Arrays.stream(values()).max().orElse(0);
    }
}
