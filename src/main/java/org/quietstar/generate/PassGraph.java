package org.quietstar.generate;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.model.Decoder;
import org.quietstar.model.DecoderNames;
import org.quietstar.samediff.LeanGraph;
import org.quietstar.samediff.SameDiffFixes;
import org.quietstar.thought.MixingHead;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtEmbeddings;
import org.quietstar.thought.ThoughtParameters;

/** The graph of a {@link DecodePass}: embeddings, the decoder, and what is wanted of the last states. */
final class PassGraph {
    /** Token ids, INT32 [B·(R − markers)]. */
    static final String IDS = "ids";
    /** h_base that {@link DecodePass#THOUGHT_AND_END} reads, [B, D]. */
    static final String BASE = "base";
    /** h_base that text passes compute, [B, D]. */
    static final String NEW_BASE = "base.new";
    /** [B, V] */
    static final String LOGITS = "logits";
    /** w, [B, 1] */
    static final String WEIGHT = "mix.weight";

    private final SameDiff sd = LeanGraph.create();
    private final ThinkingModel model;
    private final DecodePass pass;
    private final int batch;
    private final int rows;
    private final int width;
    private final Decoder decoder;

    /**
     * @param batch B
     * @param rows R
     * @param context C
     * @param maxPosition largest position that a row has
     */
    PassGraph(ThinkingModel model, DecodePass pass, int batch, int rows, int context, int maxPosition) {
        SameDiffFixes.install();
        this.model = model;
        this.pass = pass;
        this.batch = batch;
        this.rows = rows;
        this.width = model.config().hiddenSize();
        DataType type = model.parameters().dataType();
        this.decoder = new Decoder(sd, model.config(), model.parameters(), maxPosition);
        var attention = new CachedAttention(sd, model.config(), type, batch, rows, context);
        SDVariable hidden = decoder.layers(embeddings(type), attention).normed(); // [B·R, D]
        if (pass != DecodePass.PREFILL) {
            tail(hidden, type);
        }
    }

    SameDiff graph() {
        return sd;
    }

    /** Tokens of each sequence, markers not counted. */
    static int tokens(DecodePass pass, int rows) {
        return rows - (pass.hasMarker() ? 1 : 0);
    }

    /** [B·R, D] */
    private SDVariable embeddings(DataType type) {
        int tokens = tokens(pass, rows);
        SDVariable text = tokens == 0 ? null : tokens(tokens, type);
        if (!pass.hasMarker()) {
            return text;
        }
        String name = pass.isStart() ? ThoughtParameters.START : ThoughtParameters.END;
        double scale = model.settings().embeddingScale();
        SDVariable marker = ThoughtEmbeddings.marker(sd, decoder, name, batch, scale, type); // [B, D]
        if (text == null) {
            return marker;
        }
        SDVariable both = sd.concat(1, text, marker); // [B, 2·D]
        return sd.reshape(both, 2L * batch, width);
    }

    /** Tokens by their ids; a token of a thought is the pause where the model pauses. */
    private SDVariable tokens(int tokens, DataType type) {
        SDVariable ids = sd.placeHolder(IDS, DataType.INT32, (long) batch * tokens);
        if (model.pauses() && pass.isThought()) {
            double scale = model.settings().embeddingScale();
            return ThoughtEmbeddings.marker(sd, decoder, ThoughtParameters.PAUSE, batch, scale, type);
        }
        return decoder.embed(ids);
    }

    private void tail(SDVariable hidden, DataType type) {
        SDVariable last = rows == 1 ? hidden : row(hidden, rows - 1);
        if (pass.keepsBase()) {
            SDVariable base = rows == 1 ? sd.identity(hidden) : row(hidden, 0);
            base.rename(NEW_BASE);
        }
        SDVariable read = last;
        if (pass.mixes()) {
            SDVariable base = sd.placeHolder(BASE, type, batch, width);
            var head = new MixingHead(sd, decoder, model);
            SDVariable weight = head.weight(head.baseHalf(base), last, batch);
            weight.rename(WEIGHT);
            read = head.mix(base, last, weight);
        }
        decoder.logits(read).rename(LOGITS);
    }

    /** A row of each sequence, [B, D]. */
    private SDVariable row(SDVariable hidden, int row) {
        return sd.slice(sd.reshape(hidden, batch, (long) rows * width), new int[] {0, row * width}, batch, width);
    }

    /** Name of a layer's new keys, [B·R, KV·E]. */
    static String newKeys(int layer) {
        return DecoderNames.layer(layer, DecoderNames.KEYS);
    }

    /** Name of a layer's new values, [B·R, KV·E]. */
    static String newValues(int layer) {
        return DecoderNames.layer(layer, DecoderNames.VALUES);
    }
}
