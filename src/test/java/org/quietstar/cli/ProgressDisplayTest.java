package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressDisplayTest {
    private static final String ERASE = "\r\u001b[K";
    private final StringWriter written = new StringWriter();
    private long now = Duration.ofHours(5).toNanos();

    @Test
    void plainLinesComeFirstLastAndAtMostOnceInAnInterval() {
        ProgressDisplay display = display(false, 80);
        display.begin("quiet-star", 100, 0);
        for (int step = 1; step <= 100; step++) {
            pass(0.5);
            display.update(step, Map.of("loss", 2.0 - step / 100.0), 1234.4);
        }
        display.end();

        assertThat(lines())
                .containsExactly(
                        "stage quiet-star  1/100  loss 1.990  1,234 tok/s  ETA 50s",
                        "stage quiet-star  21/100  loss 1.790  1,234 tok/s  ETA 40s",
                        "stage quiet-star  41/100  loss 1.590  1,234 tok/s  ETA 30s",
                        "stage quiet-star  61/100  loss 1.390  1,234 tok/s  ETA 20s",
                        "stage quiet-star  81/100  loss 1.190  1,234 tok/s  ETA 10s",
                        "stage quiet-star  100/100  loss 1.000  1,234 tok/s  in 50s");
    }

    @Test
    void aStageThatEndsEarlyShowsItsLastStep() {
        ProgressDisplay display = display(false, 80);
        display.begin("base", 100, 0);
        display.update(1, Map.of(), 10);
        display.update(2, Map.of(), 10);
        display.end();
        display.end();
        assertThat(lines()).hasSize(2).last().asString().startsWith("stage base  2/100 ");
    }

    @Test
    void aTerminalLineIsRedrawnInPlace() {
        ProgressDisplay display = display(true, 80);
        display.begin("quiet-star", 400, 100);
        pass(40); // the first step builds the graphs; it does not count for the time that is left
        display.update(101, Map.of("loss", 1.5), 900);
        pass(1);
        display.update(102, Map.of("loss", 1.4), 1234);
        pass(0.05);
        display.update(103, Map.of("loss", 1.3), 1234); // too soon to redraw
        display.message("saved checkpoint 103");
        display.end();

        assertThat(written.toString())
                .isEqualTo(ERASE + "stage quiet-star  101/400 " + bar(101) + " loss 1.500  900 tok/s  ETA 3h 19m"
                        + ERASE + "stage quiet-star  102/400 " + bar(102) + " loss 1.400  1,234 tok/s  ETA 4m 58s"
                        + ERASE + "saved checkpoint 103" + System.lineSeparator()
                        + ERASE + "stage quiet-star  103/400 " + bar(103) + " loss 1.300  1,234 tok/s  ETA 2m 36s"
                        + System.lineSeparator());
    }

    @Test
    void aTerminalLineNeverReachesTheLastColumn() {
        for (int columns : new int[] {20, 40, 60, 80, 200}) {
            written.getBuffer().setLength(0);
            ProgressDisplay display = display(true, columns);
            display.begin("a-stage-with-a-long-name", 1_000_000, 0);
            var values = new LinkedHashMap<String, Double>();
            values.put("loss", 1e-7);
            values.put("reward", Double.NaN);
            display.update(999_999, values, 1e6);
            assertThat(written.toString().substring(ERASE.length())).hasSizeLessThan(columns);
            if (columns == 200) {
                assertThat(written.toString()).contains("loss 1.00e-07  reward NaN  1,000,000 tok/s");
            }
        }
    }

    @Test
    void messagesOutsideAStageAreLines() {
        ProgressDisplay display = display(true, 80);
        display.message("reading text");
        assertThat(written.toString()).isEqualTo("reading text" + System.lineSeparator());
    }

    @Test
    void theNextStageBeginsOnALineOfItsOwn() {
        ProgressDisplay display = display(true, 80);
        display.begin("a", 0, 0);
        display.begin("b", 1, 0);
        pass(3700);
        display.update(1, Map.of(), 0);
        display.begin("c", 1, 0);
        pass(90);
        display.update(1, Map.of(), 0);
        display.end();
        String end = System.lineSeparator();
        assertThat(written.toString())
                .contains("0 tok/s  in 1h 01m" + end + ERASE + "stage c")
                .endsWith("in 1m 30s" + end);
    }

    @Test
    void callsOutOfOrderAreRefused() {
        ProgressDisplay display = display(false, 80);
        assertThatThrownBy(() -> display.update(1, Map.of(), 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> display(true, 5)).isInstanceOf(IllegalArgumentException.class);
    }

    /** The bar beside the texts of {@link #aTerminalLineIsRedrawnInPlace}: 80 columns less those, 79 with the bar. */
    private String bar(int step) {
        int start = written.toString().indexOf(step + "/400 [") + (step + "/400 ").length();
        String bar = written.toString().substring(start, written.toString().indexOf(']', start) + 1);
        int width = bar.length() - 2;
        int full = width * step / 400;
        assertThat(bar).isEqualTo("[" + "=".repeat(full) + ">" + " ".repeat(width - full - 1) + "]");
        return bar;
    }

    private ProgressDisplay display(boolean terminal, int columns) {
        return new ProgressDisplay(
                new PrintWriter(written), terminal, columns, ProgressDisplay.DEFAULT_INTERVAL, () -> now);
    }

    private void pass(double seconds) {
        now += (long) (seconds * 1e9);
    }

    private List<String> lines() {
        return written.toString().lines().toList();
    }
}
