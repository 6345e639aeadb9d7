package org.quietstar.eval;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import org.quietstar.QuietStarException;
import org.quietstar.config.EvaluationConfig.Difficulty;
import org.quietstar.config.EvaluationConfig.ThoughtContent;
import org.quietstar.config.yaml.Records;

/**
 * Held-out loss of the base model and of the model with thoughts, and what the thoughts gain by difficulty of the token
 * (docs/algorithm.md, section 9). Gain is base NLL − mixed NLL in nats per token: positive where thinking helps.
 *
 * @param tokens scored tokens
 * @param documents documents, or blocks of long ones, that they stand in
 * @param textBytes UTF-8 bytes of the scored text
 * @param baseNll mean base NLL, nats per token
 * @param mixedNll mean mixed NLL, nats per token; over several draws of thoughts their mean
 * @param gainInterval 95 % interval of the mean gain; none with a single document. It knows nothing of other draws of thoughts
 *     or other seeds of training
 * @param draws of thoughts
 * @param control what confidence alone would gain
 * @param difficulty what the groups are made by
 * @param bins groups of tokens by difficulty, easiest first
 * @param bootstrapSamples resamples behind the intervals
 * @param seed of the resamples
 * @param content of the thoughts
 */
public record PerplexityReport(
        int tokens,
        int documents,
        double textBytes,
        double baseNll,
        double mixedNll,
        Optional<Interval> gainInterval,
        Draws draws,
        Control control,
        Difficulty difficulty,
        List<Bin> bins,
        int bootstrapSamples,
        long seed,
        ThoughtContent content) {

    /**
     * Draws of thoughts.
     *
     * @param count how many
     * @param spread standard deviation of the draws' mean NLLs, nats per token; 0 for one draw
     * @param averagedNll NLL under the mean of the draws' probabilities, nats per token
     */
    public record Draws(int count, double spread, double averagedNll) {}

    /**
     * The base model sharpened or flattened by one temperature, fitted on one half of the documents and used on the other.
     *
     * @param gain base NLL less that, nats per token
     * @param temperatures used on either half
     */
    public record Control(double gain, List<Double> temperatures) {
        public Control {
            temperatures = List.copyOf(temperatures);
        }
    }

    /**
     * Tokens of like difficulty.
     *
     * @param lowest least difficulty in the group, nats
     * @param highest greatest difficulty in the group, nats
     * @param tokens in the group
     * @param baseNll mean base NLL, nats per token
     * @param mixedNll mean mixed NLL, nats per token
     * @param controlGain what the {@link Control} gains on the group, nats per token
     * @param gainInterval 95 % interval of the group's mean gain; none if all its tokens stand in one document
     */
    public record Bin(
            double lowest,
            double highest,
            int tokens,
            double baseNll,
            double mixedNll,
            double controlGain,
            Optional<Interval> gainInterval) {

        /** Base − mixed NLL, nats per token. */
        public double gain() {
            return baseNll - mixedNll;
        }
    }

    public PerplexityReport {
        bins = List.copyOf(bins);
    }

    /**
     * Sums up scores. The groups are made once, of all tokens; the bootstrap draws documents and leaves the groups as
     * they are. Equal scores and an equal seed give an equal report.
     *
     * @param difficulty what makes a token hard
     * @param bins groups of equal size wanted; there are fewer where tokens or distinct values are fewer
     * @throws QuietStarException if nothing was scored
     */
    public static PerplexityReport of(
            TokenScores scores, Difficulty difficulty, int bins, int bootstrapSamples, long seed) {
        if (scores.size() == 0 || scores.textBytes() == 0) {
            throw new QuietStarException(
                    "no held-out token was scored; the evaluation text is empty or shorter than one"
                            + " sequence. Give a longer text with --data or data.validation.");
        }
        int[] document = scores.denseDocuments();
        int documents = 1 + Arrays.stream(document).max().orElseThrow();
        var control = new TemperatureControl(scores, document);
        IntToDoubleFunction hardness = difficulty == Difficulty.ENTROPY ? scores::entropy : scores::base;
        DifficultyBins groups = DifficultyBins.of(scores.size(), hardness, bins);
        int all = groups.count();
        GroupTotals totals = new GroupTotals(all + 1, documents);
        for (int group = 0; group < all; group++) {
            for (int rank = groups.from(group); rank < groups.to(group); rank++) {
                int i = groups.token(rank);
                for (int each : new int[] {group, all}) {
                    totals.add(each, document[i], scores.base(i), scores.mixed(i));
                    totals.addControl(each, control.gain(i));
                }
            }
        }
        List<Optional<Interval>> intervals = totals.bootstrap().intervals(bootstrapSamples, seed);
        List<Bin> table = new ArrayList<>();
        for (int group = 0; group < all; group++) {
            int n = groups.to(group) - groups.from(group);
            table.add(new Bin(
                    hardness.applyAsDouble(groups.token(groups.from(group))),
                    hardness.applyAsDouble(groups.token(groups.to(group) - 1)),
                    n,
                    totals.base(group) / n,
                    totals.mixed(group) / n,
                    totals.control(group) / n,
                    intervals.get(group)));
        }
        int n = scores.size();
        return new PerplexityReport(
                n,
                documents,
                scores.textBytes(),
                totals.base(all) / n,
                totals.mixed(all) / n,
                intervals.get(all),
                draws(scores),
                new Control(totals.control(all) / n, List.of(control.temperature(0), control.temperature(1))),
                difficulty,
                table,
                bootstrapSamples,
                seed,
                ThoughtContent.OWN);
    }

    /** The same of thoughts with that content. */
    public PerplexityReport withContent(ThoughtContent value) {
        return Records.with(this, "content", value);
    }

    private static Draws draws(TokenScores scores) {
        double[] means = scores.drawMeans();
        double mean = Arrays.stream(means).average().orElseThrow();
        double squares =
                Arrays.stream(means).map(each -> (each - mean) * (each - mean)).sum();
        double spread = means.length > 1 ? Math.sqrt(squares / (means.length - 1)) : 0;
        double averaged = 0;
        for (int i = 0; i < scores.size(); i++) {
            averaged += scores.averaged(i);
        }
        return new Draws(means.length, spread, averaged / scores.size());
    }

    /** Base − mixed NLL, nats per token. */
    public double gain() {
        return baseNll - mixedNll;
    }

    /** e to the mean NLL. */
    public double basePerplexity() {
        return Math.exp(baseNll);
    }

    /** e to the mean NLL. */
    public double mixedPerplexity() {
        return Math.exp(mixedNll);
    }

    /** Bits that the base model needs for a byte of text; unlike perplexity comparable between tokenizers. */
    public double baseBitsPerByte() {
        return bitsPerByte(baseNll);
    }

    /** Bits that the model with thoughts needs for a byte of text. */
    public double mixedBitsPerByte() {
        return bitsPerByte(mixedNll);
    }

    private double bitsPerByte(double nll) {
        return nll * tokens / Math.log(2) / textBytes;
    }

    /** The report as aligned tables for people, lines ended by a line feed. */
    public String toText() {
        return ReportText.of(this);
    }

    /** The report as JSON: NLL and gain in nats per token, an interval as [lower, upper] or null. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("tokens", tokens).put("documents", documents).put("text_bytes", textBytes);
        json.put("nll_base", baseNll).put("nll_mixed", mixedNll);
        json.put("gain", gain());
        putInterval(json, gainInterval);
        json.put("perplexity_base", basePerplexity()).put("perplexity_mixed", mixedPerplexity());
        json.put("bits_per_byte_base", baseBitsPerByte()).put("bits_per_byte_mixed", mixedBitsPerByte());
        json.putObject("draws")
                .put("count", draws.count())
                .put("spread", draws.spread())
                .put("nll_averaged", draws.averagedNll());
        ObjectNode sharpened = json.putObject("control").put("gain", control.gain());
        ArrayNode temperatures = sharpened.putArray("temperatures");
        control.temperatures().forEach(temperatures::add);
        json.put("bootstrap_samples", bootstrapSamples).put("seed", seed);
        json.put("difficulty", difficulty.word()).put("thought_content", content.word());
        ArrayNode rows = json.putArray("by_difficulty");
        for (Bin bin : bins) {
            ObjectNode row = rows.addObject();
            row.put("lowest", bin.lowest()).put("highest", bin.highest());
            row.put("tokens", bin.tokens());
            row.put("nll_base", bin.baseNll()).put("nll_mixed", bin.mixedNll()).put("gain", bin.gain());
            row.put("control_gain", bin.controlGain());
            putInterval(row, bin.gainInterval());
        }
        return json;
    }

    /** Writes {@code report.txt} and {@code report.json}. */
    public void write(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("report.txt"), toText(), StandardCharsets.UTF_8);
            Files.writeString(folder.resolve("report.json"), toJson().toPrettyString() + "\n", StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new QuietStarException(folder + ": the evaluation cannot be written: " + e, e);
        }
    }

    private static void putInterval(ObjectNode json, Optional<Interval> interval) {
        if (interval.isPresent()) {
            json.putArray("gain_95")
                    .add(interval.get().lower())
                    .add(interval.get().upper());
        } else {
            json.putNull("gain_95");
        }
    }
}
