package org.quietstar.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.quietstar.QuietStarException;
import org.quietstar.config.EvaluationConfig.Difficulty;
import org.quietstar.eval.PerplexityReport;
import org.quietstar.eval.TokenScores;
import org.quietstar.eval.task.AnswerItem;
import org.quietstar.eval.task.AnswerReport;
import org.quietstar.eval.task.AnswerScore;
import org.quietstar.eval.task.AnswerTask;
import org.quietstar.eval.task.Writing;

class PicturesTest {
    @TempDir
    Path folder;

    @BeforeAll
    static void skipWithoutFonts() {
        try {
            Png.requireFonts();
        } catch (QuietStarException e) {
            Assumptions.abort("skipped: " + e.getMessage());
        }
    }

    private static PerplexityReport report(int sequences, double sign) {
        Random random = new Random(1);
        TokenScores scores = new TokenScores();
        for (int i = 0; i < 2000; i++) {
            float base = (float) -Math.log(1 - random.nextDouble());
            scores.add(base, (float) (base - sign * base * base), i % sequences);
        }
        scores.addTextBytes(2000);
        return PerplexityReport.of(scores, Difficulty.NLL, 10, 100, 1);
    }

    private static List<ObjectNode> metrics(int languageModel, int quietStar) {
        List<ObjectNode> lines = new ArrayList<>();
        for (int step = 1; step <= languageModel + quietStar; step++) {
            boolean thinks = step > languageModel;
            ObjectNode line = JsonNodeFactory.instance.objectNode();
            line.put("stage", thinks ? "think" : "base").put("step", step).put("loss", 5.0 / step);
            line.put("nll_base", 4.0 / step);
            if (thinks) {
                line.put("policy_loss", 0.1 / step);
                line.put("nll_thought", 3.0 / step).put("reward_mean", 0.01 * step);
                line.put("mix_weight_mean", 0.1).put("mix_weight_min", -0.1).put("mix_weight_max", "Infinity");
            }
            lines.add(line);
        }
        return lines;
    }

    private static long pixels(BufferedImage image, int rgb) {
        return IntStream.range(0, image.getWidth() * image.getHeight())
                .filter(i -> (image.getRGB(i % image.getWidth(), i / image.getWidth()) & 0xffffff) == rgb)
                .count();
    }

    @Test
    void gainPlotShowsGainsAndLossesInTheirColours() throws IOException {
        Path better = folder.resolve("plots").resolve("better.png");
        GainPlot.picture(report(20, 0.1)).write(better);
        BufferedImage image = ImageIO.read(better.toFile());
        assertThat(image.getWidth()).isEqualTo(1600);
        int blue = ChartStyle.BLUE.getRGB() & 0xffffff;
        int orange = ChartStyle.ORANGE.getRGB() & 0xffffff;
        assertThat(pixels(image, blue)).isGreaterThan(10_000);
        assertThat(pixels(image, orange)).isZero();
        Path worse = folder.resolve("worse.png");
        GainPlot.picture(report(20, -0.1)).write(worse);
        assertThat(pixels(ImageIO.read(worse.toFile()), orange)).isGreaterThan(10_000);
    }

    @Test
    void gainPlotHasOneIntervalForEachBinThatHasOne() {
        XYChart several = GainPlot.chart(report(20, 0.1));
        assertThat(several.getSeriesMap().keySet()).contains("bar 10", "interval 1", "interval 10", "zero");
        assertThat(several.getXAxisTitle()).startsWith("decile of base loss (easy → hard)");
        assertThat(several.getYAxisTitle()).contains("nats per token");
        XYChart single = GainPlot.chart(report(1, 0));
        assertThat(single.getSeriesMap().keySet()).contains("bar 10").doesNotContain("interval 1");
    }

    /** Three groups of ten items, of which so many are right. */
    private static AnswerReport answers(int[] without, int[] with, boolean thinks) {
        List<AnswerItem> items = new ArrayList<>();
        List<AnswerScore> scores = new ArrayList<>();
        List<AnswerScore> plain = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            var item = new AnswerItem(i + 1, "p", List.of("x", "y"), 0, "group " + (char) ('a' + i / 10));
            double[] right = {-1, -2};
            double[] wrong = {-2, -1};
            double[] thought = i % 10 < with[i / 10] ? right : wrong;
            double[] none = i % 10 < without[i / 10] ? right : wrong;
            var thinking = AnswerScore.Way.among(item, thought);
            var silent = AnswerScore.Way.among(item, none);
            items.add(item);
            plain.add(new AnswerScore(item, silent, Optional.empty()));
            scores.add(new AnswerScore(
                    item,
                    silent,
                    thinks
                            ? Optional.of(new AnswerScore.Thinking(thinking, Optional.of(silent), "t", 0.5))
                            : Optional.empty()));
        }
        var task = new AnswerTask(
                "task", Path.of("items.jsonl"), "steps", AnswerTask.Answers.CHOICES, " ", "", Writing.DEFAULT, items);
        return AnswerReport.of(task, 1, scores, thinks ? Optional.of(plain) : Optional.empty());
    }

    @Test
    void answerPlotHasALineForEachWayAndAnIntervalForEachGroup() throws IOException {
        AnswerReport report = answers(new int[] {10, 1, 0}, new int[] {10, 9, 8}, true);
        Map<String, XYSeries> series = AnswerPlot.chart(report).getSeriesMap();
        assertThat(series.values().stream().filter(XYSeries::isShowInLegend).map(XYSeries::getName))
                .containsExactly(
                        "chance", "plain training", "without a thought", "another's thought", "with a thought");
        assertThat(series.get("with a thought").getYData()).containsExactly(1, 0.9, 0.8);
        assertThat(series.get("without a thought").getYData()).containsExactly(1, 0.1, 0);
        assertThat(series.get("chance").getYData()).containsExactly(0.5, 0.5);
        double[] interval = series.get("with a thought 1").getYData();
        assertThat(interval[0]).isCloseTo(0.596, within(1e-3));
        assertThat(interval[5]).isCloseTo(0.982, within(1e-3));
        Path file = folder.resolve("answers.png");
        AnswerPlot.picture(report).write(file);
        BufferedImage image = ImageIO.read(file.toFile());
        assertThat(image.getWidth()).isEqualTo(1600);
        assertThat(pixels(image, ChartStyle.BLUE.getRGB() & 0xffffff)).isPositive();
        // Between the axis and its title stand the names of the groups.
        assertThat(pixels(image.getSubimage(200, 734, 1300, 10), 0xffffff)).isLessThan(1300L * 10 - 100);
    }

    @Test
    void answerPlotOfAModelThatDoesNotThinkHasOneLine() {
        AnswerReport report = answers(new int[] {3, 2, 1}, new int[] {0, 0, 0}, false);
        assertThat(AnswerPlot.chart(report).getSeriesMap().values().stream()
                        .filter(XYSeries::isShowInLegend)
                        .map(XYSeries::getName))
                .containsExactly("chance", "without a thought");
    }

    @Test
    void samePictureFromSameNumbers() throws IOException {
        GainPlot.picture(report(20, 0.1)).write(folder.resolve("one.png"));
        GainPlot.picture(report(20, 0.1)).write(folder.resolve("two.png"));
        assertThat(folder.resolve("one.png")).hasSameBinaryContentAs(folder.resolve("two.png"));
    }

    @Test
    void trainingPlotHasAPanelForEachKindOfMetric() throws IOException {
        List<XYChart> charts = TrainingPlot.charts(metrics(30, 20));
        assertThat(charts)
                .extracting(XYChart::getYAxisTitle)
                .containsExactly(
                        "loss (nats)", "NLL (nats per token)", "REINFORCE (nats)", "reward (nats)", "mixing weight w");
        assertThat(charts.get(4).getXAxisTitle()).isEqualTo("optimiser step; dashed: think from 31");
        // The largest weight was never finite, so it has no line.
        assertThat(charts.get(4).getSeriesMap()).hasSize(5);
        Path png = folder.resolve("training.png");
        TrainingPlot.picture(metrics(30, 20)).write(png);
        assertThat(ImageIO.read(png.toFile()).getWidth()).isEqualTo(1600);
    }

    @Test
    void questionsThatWereAnsweredOnTheWayHaveAPanel() {
        List<ObjectNode> lines = metrics(30, 20);
        for (int step = 9; step < lines.size(); step += 10) {
            lines.get(step).put("task_answers_without", 0.1).put("task_answers_with", step / 50.0);
        }
        XYChart chart = TrainingPlot.charts(lines).get(5);
        assertThat(chart.getYAxisTitle()).isEqualTo("right answers");
        assertThat(chart.getSeriesMap().get("answers with").getYData()).containsExactly(0.18, 0.38, 0.58, 0.78, 0.98);
        assertThat(chart.getSeriesMap().get("answers without").getXData()).containsExactly(10, 20, 30, 40, 50);
    }

    @Test
    void trainingPlotOfALanguageModelAloneHasTwoPanels() {
        assertThat(TrainingPlot.charts(metrics(5, 0))).hasSize(2);
        Path png = folder.resolve("one-step.png");
        TrainingPlot.picture(metrics(1, 0)).write(png);
        assertThat(png).exists();
        assertThatThrownBy(() -> TrainingPlot.picture(List.of()).write(png))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("nothing to draw");
    }

    @Test
    void longSeriesAreThinnedToMeans() {
        MetricSeries series = MetricSeries.of(metrics(0, 1000), "reward_mean", 10);
        assertThat(series.steps()).hasSize(10);
        assertThat(series.steps()[0]).isEqualTo(50.5);
        assertThat(series.values()[9]).isCloseTo(9.505, org.assertj.core.api.Assertions.within(1e-9));
        assertThat(MetricSeries.of(metrics(0, 7), "reward_mean", 10).steps()).containsExactly(1, 2, 3, 4, 5, 6, 7);
        assertThat(MetricSeries.of(metrics(0, 7), "mix_weight_max", 10).isEmpty())
                .isTrue();
    }

    @Test
    void namesTheFileThatCannotBeWritten() throws IOException {
        Path blocked = Files.writeString(folder.resolve("file"), "x").resolve("gain.png");
        assertThatThrownBy(() -> GainPlot.picture(report(5, 0.1)).write(blocked))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining(blocked.toString());
    }

    @Test
    void runsAreComparedByName() throws IOException {
        Map<String, List<ObjectNode>> runs = new LinkedHashMap<>();
        for (int i = 0; i < 6; i++) {
            runs.put("run " + i, metrics(10 + i, 5));
        }
        XYChart chart = ComparisonPlot.chart(runs, "nll_thought");
        assertThat(chart.getSeriesMap().keySet()).containsAll(runs.keySet()).hasSize(7);
        assertThat(chart.getYAxisTitle()).isEqualTo("NLL with thoughts (nats per token)");
        assertThat(chart.getXAxisTitle()).isEqualTo("optimiser step");
        assertThatThrownBy(() -> ComparisonPlot.picture(runs, "nll_thougth"))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("nll_thougth");
    }

    @Test
    void aPictureIsAnImageAFileAndAnElement() throws IOException {
        Picture picture = GainPlot.picture(report(20, 0.1));
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(picture.png()));
        assertThat(read.getWidth()).isEqualTo(picture.image().getWidth()).isEqualTo(1600);
        String html = picture.html();
        assertThat(html).startsWith("<img alt=\"Gain").contains("width=\"800\"", "max-width:100%");
        String data = html.substring(html.indexOf("base64,") + 7, html.lastIndexOf('"'));
        assertThat(Base64.getDecoder().decode(data)).isEqualTo(picture.png());
    }
}
