package org.quietstar.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.Durable;
import org.quietstar.checkpoint.RunFolder;
import org.quietstar.config.DataConfig;
import org.quietstar.config.DataConfig.TextFormat;
import org.quietstar.config.StageConfig;
import org.quietstar.text.JsonText;

/**
 * What a turn of mode star learns from: the rationales that reached the right answer, in files of the run's folder. The
 * texts' file is there whole or not at all, so a run that continues reads what it had written.
 *
 * @param file one JSON object a line, with field {@code text}
 * @param turn from 1
 * @param asked questions
 * @param kept texts
 * @param rationalised texts of these that wanted the answer as a hint
 * @param flops that writing took
 */
record StarTurn(Path file, int turn, int asked, int kept, int rationalised, double flops) {
    private static final String TEXT = "text";
    private static final String FLOPS = "flops";

    /**
     * A rationale that is kept.
     *
     * @param line of the question in the file of items
     * @param rationalised whether it wanted a hint
     */
    record Kept(String text, int line, boolean rationalised) {
        private String json() {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            return node.put(TEXT, text)
                            .put("line", line)
                            .put("rationalised", rationalised)
                            .toString()
                    + "\n";
        }
    }

    /** The texts' file of a turn. */
    static Path place(RunFolder run, StageConfig stage, int turn) {
        return run.star().resolve(stage.name() + "-turn-" + turn + ".jsonl");
    }

    /** What is told of the turn, beside its texts. */
    private static Path summary(Path texts) {
        return texts.resolveSibling(texts.getFileName().toString().replaceFirst("\\.jsonl$", ".json"));
    }

    /** What was written for a turn before; empty where that is not finished. */
    static Optional<StarTurn> read(Path texts, int turn) {
        if (!Files.isRegularFile(texts)) {
            return Optional.empty();
        }
        JsonNode summary = JsonText.read(summary(texts));
        return Optional.of(new StarTurn(
                texts,
                turn,
                summary.path(Metrics.STAR_ASKED).asInt(),
                summary.path(Metrics.STAR_KEPT).asInt(),
                summary.path(Metrics.STAR_RATIONALISED).asInt(),
                summary.path(FLOPS).asDouble()));
    }

    /** Writes a turn's files, durably; the texts' file comes last. */
    static StarTurn write(Path texts, int turn, int asked, List<Kept> kept, double flops) {
        int rationalised = (int) kept.stream().filter(Kept::rationalised).count();
        var written = new StarTurn(texts, turn, asked, kept.size(), rationalised, flops);
        ObjectNode summary = JsonNodeFactory.instance.objectNode();
        summary.put(Metrics.STAR_TURN, turn)
                .put(Metrics.STAR_ASKED, asked)
                .put(Metrics.STAR_KEPT, kept.size())
                .put(Metrics.STAR_RATIONALISED, rationalised)
                .put(FLOPS, flops);
        var lines = new StringBuilder();
        kept.forEach(each -> lines.append(each.json()));
        try {
            Path folder = texts.getParent();
            Files.createDirectories(folder);
            Durable.syncFolder(folder.getParent());
            Durable.replace(summary(texts), summary + "\n");
            Durable.replace(texts, lines.toString());
        } catch (IOException e) {
            throw new QuietStarException(texts + ": the rationales cannot be written: " + e, e);
        }
        return written;
    }

    /** A stage's section data with the texts in the place of its own; none of them is held out. */
    DataConfig data(DataConfig stage) {
        return stage.withTrain(List.of(file.toString()))
                .withValidation(List.of())
                .withValidationFraction(0)
                .withFormat(TextFormat.JSONL)
                .withTextField(TEXT);
    }

    /** For the line of its first step. */
    Map<String, Object> metrics() {
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put(Metrics.STAR_TURN, turn);
        metrics.put(Metrics.STAR_ASKED, asked);
        metrics.put(Metrics.STAR_KEPT, kept);
        metrics.put(Metrics.STAR_RATIONALISED, rationalised);
        return metrics;
    }
}
