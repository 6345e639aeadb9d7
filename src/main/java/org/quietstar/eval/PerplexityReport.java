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
import org.quietstar.QuietStarException;

/**
 * Held-out loss of the base model and of the model with thoughts, and what the thoughts gain by difficulty of the token
 * (docs/algorithm.md, section 9). Gain is base NLL − mixed NLL in nats per token: positive where thinking helps.
 *
 * @param tokens scored tokens
 * @param sequences sequences that they stand in
 * @param textBytes UTF-8 bytes of the scored text
 * @param baseNll mean base NLL, nats per token
 * @param mixedNll mean mixed NLL, nats per token
 * @param gainInterval 95 % interval of the mean gain; none with a single sequence
 * @param bins groups of tokens by base NLL, easiest first
 * @param bootstrapSamples resamples behind the intervals
 * @param seed of the resamples
 */
public record PerplexityReport(
        int tokens,
        int sequences,
        double textBytes,
        double baseNll,
        double mixedNll,
        Optional<Interval> gainInterval,
        List<Bin> bins,
        int bootstrapSamples,
        long seed) {

    /**
     * Tokens of like difficulty.
     *
     * @param lowest smallest base NLL in the group, nats
     * @param highest largest base NLL in the group, nats
     * @param tokens in the group
     * @param baseNll mean base NLL, nats per token
     * @param mixedNll mean mixed NLL, nats per token
     * @param gainInterval 95 % interval of the group's mean gain; none if all its tokens stand in one sequence
     */
    public record Bin(
            double lowest,
            double highest,
            int tokens,
            double baseNll,
            double mixedNll,
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
     * Sums up scores. The groups are made once, of all tokens; the bootstrap draws sequences and leaves the groups as
     * they are. Equal scores and an equal seed give an equal report.
     *
     * @param bins groups of equal size wanted; there are fewer where tokens or distinct values are fewer
     * @throws QuietStarException if nothing was scored
     */
    public static PerplexityReport of(TokenScores scores, int bins, int bootstrapSamples, long seed) {
        if (scores.size() == 0 || scores.textBytes() == 0) {
            throw new QuietStarException(
                    "no held-out token was scored; the evaluation text is empty or shorter than one"
                            + " sequence. Give a longer text with --data or data.validation.");
        }
        int[] sequence = scores.denseSequences();
        int sequences = 1 + Arrays.stream(sequence).max().orElseThrow();
        DifficultyBins difficulty = DifficultyBins.of(scores, bins);
        int all = difficulty.count();
        GroupTotals totals = new GroupTotals(all + 1, sequences);
        for (int group = 0; group < all; group++) {
            for (int rank = difficulty.from(group); rank < difficulty.to(group); rank++) {
                int i = difficulty.token(rank);
                totals.add(group, sequence[i], scores.base(i), scores.mixed(i));
                totals.add(all, sequence[i], scores.base(i), scores.mixed(i));
            }
        }
        List<Optional<Interval>> intervals = totals.bootstrap().intervals(bootstrapSamples, seed);
        List<Bin> table = new ArrayList<>();
        for (int group = 0; group < all; group++) {
            int n = difficulty.to(group) - difficulty.from(group);
            double lowest = scores.base(difficulty.token(difficulty.from(group)));
            double highest = scores.base(difficulty.token(difficulty.to(group) - 1));
            table.add(
                    new Bin(lowest, highest, n, totals.base(group) / n, totals.mixed(group) / n, intervals.get(group)));
        }
        int n = scores.size();
        double baseNll = totals.base(all) / n;
        double mixedNll = totals.mixed(all) / n;
        return new PerplexityReport(
                n, sequences, scores.textBytes(), baseNll, mixedNll, intervals.get(all), table, bootstrapSamples, seed);
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
        json.put("tokens", tokens).put("sequences", sequences).put("text_bytes", textBytes);
        json.put("nll_base", baseNll).put("nll_mixed", mixedNll);
        json.put("gain", gain());
        putInterval(json, gainInterval);
        json.put("perplexity_base", basePerplexity()).put("perplexity_mixed", mixedPerplexity());
        json.put("bits_per_byte_base", baseBitsPerByte()).put("bits_per_byte_mixed", mixedBitsPerByte());
        json.put("bootstrap_samples", bootstrapSamples).put("seed", seed);
        ArrayNode rows = json.putArray("by_difficulty");
        for (Bin bin : bins) {
            ObjectNode row = rows.addObject();
            row.put("nll_base_lowest", bin.lowest()).put("nll_base_highest", bin.highest());
            row.put("tokens", bin.tokens());
            row.put("nll_base", bin.baseNll()).put("nll_mixed", bin.mixedNll()).put("gain", bin.gain());
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
