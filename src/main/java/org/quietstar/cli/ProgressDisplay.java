package org.quietstar.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;

/**
 * Shows how far a stage is. On a terminal one line is redrawn in place:
 *
 * <pre>stage quiet-star  120/400 [=====>    ] loss 1.234  1,234 tok/s  ETA 1m 20s</pre>
 *
 * <p>Elsewhere (a file, a pipe) whole lines are written: the first and the last step of each stage, and between them at
 * most one in an interval. Safe for use by several threads, so that a warning of a reader thread does not tear the line.
 */
public final class ProgressDisplay {
    /** Least time between two plain lines. */
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(10);

    /** Columns of a terminal that does not report its width. */
    public static final int DEFAULT_COLUMNS = 100;

    private static final Duration REDRAW = Duration.ofMillis(100);
    private static final String ERASE = "\r\u001b[K";
    private static final int WIDEST_BAR = 30;
    private static final int NARROWEST_BAR = 5;

    private final PrintWriter out;
    private final boolean terminal;
    private final int columns;
    private final long intervalNanos;
    private final LongSupplier nanoTime;

    private String stage;
    private int totalSteps;
    private int startStep;
    private long beganAt;
    private int firstStep;
    private long firstAt;
    private int step;
    private Map<String, Double> values = Map.of();
    private OptionalDouble tokensPerSecond = OptionalDouble.empty();
    private boolean updated;
    private boolean stepShown;
    private long shownAt;

    /** With the default width and interval, and the system's clock. */
    public ProgressDisplay(PrintWriter out, boolean terminal) {
        this(out, terminal, DEFAULT_COLUMNS, DEFAULT_INTERVAL, System::nanoTime);
    }

    /**
     * A display that writes to {@code out}.
     *
     * @param terminal whether control sequences that redraw a line are understood there
     * @param columns width of the terminal, 20 or more; a line is cut to it
     * @param interval least time between two plain lines where there is no terminal
     * @param nanoTime a clock in nanoseconds that never runs backwards
     */
    public ProgressDisplay(PrintWriter out, boolean terminal, int columns, Duration interval, LongSupplier nanoTime) {
        if (columns < 20) {
            throw new IllegalArgumentException("columns " + columns + " is below 20");
        }
        this.out = Objects.requireNonNull(out);
        this.terminal = terminal;
        this.columns = columns;
        this.intervalNanos = (terminal ? REDRAW : interval).toNanos();
        this.nanoTime = Objects.requireNonNull(nanoTime);
    }

    /**
     * Whether standard output is a terminal that understands a carriage return. The start script looks, for Java 22 and
     * newer have a console even where there is no terminal.
     */
    public static boolean isTerminal() {
        return Boolean.getBoolean("quietstar.terminal") && !"dumb".equals(System.getenv("TERM"));
    }

    /**
     * Begins a stage; one that is still shown ends.
     *
     * @param totalSteps the step that the stage ends at
     * @param startStep steps made before, above 0 where a run is resumed
     */
    public synchronized void begin(String stage, int totalSteps, int startStep) {
        end();
        this.stage = Objects.requireNonNull(stage);
        this.totalSteps = totalSteps;
        this.startStep = startStep;
        beganAt = nanoTime.getAsLong();
        updated = false;
    }

    /**
     * Takes note of a finished step.
     *
     * @param step steps made in this stage, 1 after the first
     * @param values what to show, in this order, for example the loss
     * @throws IllegalStateException outside a stage
     */
    public void update(int step, Map<String, Double> values, double tokensPerSecond) {
        update(step, values, OptionalDouble.of(tokensPerSecond));
    }

    /** As {@link #update(int, Map, double)}, of steps that are not made of tokens. */
    public void update(int step, Map<String, Double> values) {
        update(step, values, OptionalDouble.empty());
    }

    private synchronized void update(int step, Map<String, Double> values, OptionalDouble tokensPerSecond) {
        if (stage == null) {
            throw new IllegalStateException("update outside a stage: begin was not called");
        }
        long now = nanoTime.getAsLong();
        boolean first = !updated;
        if (first) {
            firstStep = step;
            firstAt = now;
        }
        this.step = step;
        this.values = new LinkedHashMap<>(values);
        this.tokensPerSecond = tokensPerSecond;
        updated = true;
        stepShown = false;
        if (first || step >= totalSteps || now - shownAt >= intervalNanos) {
            show(now);
        }
    }

    /** Writes a line of text that stays; the progress line continues below it. */
    public synchronized void message(String text) {
        out.println(terminal && stage != null ? ERASE + text : text);
        if (terminal && updated) {
            show(nanoTime.getAsLong());
        }
        out.flush();
    }

    /** Ends the stage: its last step stays to be read. Does nothing where no stage has begun. */
    public synchronized void end() {
        if (updated && !stepShown) {
            show(nanoTime.getAsLong());
        }
        if (updated && terminal) {
            out.println();
        }
        out.flush();
        stage = null;
        updated = false;
    }

    private void show(long now) {
        if (terminal) {
            String line = line(now);
            out.print(ERASE + (line.length() < columns ? line : line.substring(0, columns - 1)));
        } else {
            out.println(line(now));
        }
        out.flush();
        shownAt = now;
        stepShown = true;
    }

    private String line(long now) {
        String head = String.format(Locale.ROOT, "stage %s  %d/%d ", stage, step, totalSteps);
        var tail = new StringBuilder();
        values.forEach((name, value) ->
                tail.append(name).append(' ').append(number(value)).append("  "));
        tokensPerSecond.ifPresent(tokens -> tail.append(String.format(Locale.ROOT, "%,d tok/s  ", Math.round(tokens))));
        tail.append(step >= totalSteps ? "in " + time(now - beganAt) : "ETA " + time(remaining(now)));
        int bar = Math.min(WIDEST_BAR, columns - 1 - head.length() - tail.length() - 3);
        return head + (terminal ? bar(Math.max(bar, NARROWEST_BAR)) : " ") + tail;
    }

    private String bar(int width) {
        double share = totalSteps == 0 ? 1 : Math.min(1.0, (double) step / totalSteps);
        int full = (int) (share * width);
        String arrow = full < width ? ">" : "";
        return "[" + "=".repeat(full) + arrow + " ".repeat(width - full - arrow.length()) + "] ";
    }

    /** By the mean time of a step; the first is left out as soon as there is another, since it builds the graphs. */
    private long remaining(long now) {
        boolean more = step > firstStep;
        double nanos = more ? now - firstAt : now - beganAt;
        int steps = more ? step - firstStep : Math.max(1, step - startStep);
        return (long) (nanos / steps * (totalSteps - step));
    }

    private static String number(double value) {
        double size = Math.abs(value);
        boolean plain = value == 0 || (size >= 0.001 && size < 1e5) || Double.isNaN(value);
        return String.format(Locale.ROOT, plain ? "%.3f" : "%.2e", value);
    }

    private static String time(long nanos) {
        Duration time = Duration.ofNanos(nanos + 500_000_000);
        if (time.toMinutes() == 0) {
            return time.toSeconds() + "s";
        }
        if (time.toHours() == 0) {
            return String.format(Locale.ROOT, "%dm %02ds", time.toMinutes(), time.toSecondsPart());
        }
        return String.format(Locale.ROOT, "%dh %02dm", time.toHours(), time.toMinutesPart());
    }
}
