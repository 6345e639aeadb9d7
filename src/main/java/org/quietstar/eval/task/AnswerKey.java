package org.quietstar.eval.task;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.hash.Sha256;
import org.quietstar.model.Parameters;
import org.quietstar.thought.ThinkingModel;

/** What answers follow from, as one line: the task, the settings, and a sample of every parameter. */
final class AnswerKey {
    /** Numbers of a parameter that are looked at. */
    private static final int SAMPLED = 16;

    private AnswerKey() {}

    static String of(AnswerTask task, ThinkingModel model, AnswerScorer.Options options) {
        var digest = new Sha256();
        add(
                digest,
                task.answers(),
                task.separator(),
                task.end(),
                task.writing(),
                options.thoughtTemperature(),
                options.seed(),
                options.content());
        task.questions().forEach(item -> add(digest, item));
        add(digest, model.config(), model.thoughtTokens());
        add(digest, model.decoder());
        model.thought().ifPresent(thought -> add(digest, thought));
        return digest.hex();
    }

    private static void add(Sha256 digest, Object... values) {
        for (Object value : values) {
            digest.add((value + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void add(Sha256 digest, Parameters parameters) {
        for (Map.Entry<String, INDArray> entry : parameters.asMap().entrySet()) {
            add(digest, entry.getKey());
            INDArray array = entry.getValue();
            long step = Math.max(1, array.length() / SAMPLED);
            for (long i = 0; i < array.length(); i += step) {
                digest.add(ByteBuffer.allocate(Double.BYTES)
                        .putDouble(array.getDouble(i))
                        .array());
            }
        }
    }
}
