package org.quietstar.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.family.Architecture;
import org.quietstar.model.family.Families;

/** What a backward pass reads of a layer's forward pass, and is dearer to compute again than to keep. */
public final class DecoderActivations {
    private DecoderActivations() {}

    /** Width of each, by its name without the layer's ({@link DecoderNames#layer}); keys and values are not among them. */
    public static Map<String, Integer> widths(ModelConfig model) {
        Architecture kind = Families.architecture(model);
        HeadShape heads = HeadShape.of(model);
        Map<String, Integer> widths = new LinkedHashMap<>();
        for (String part : List.of(DecoderNames.INPUT, DecoderNames.NORM1, DecoderNames.MID, DecoderNames.NORM2)) {
            widths.put(part, model.hiddenSize());
        }
        if (kind.queryKeyNorm()) {
            widths.put(DecoderNames.RAW_QUERIES, heads.queryWidth());
            widths.put(DecoderNames.RAW_KEYS, heads.keyWidth());
        }
        widths.put(DecoderNames.QUERIES, heads.queryWidth());
        widths.put(DecoderNames.ATTENTION, heads.queryWidth());
        for (String part : List.of(DecoderNames.NORM1_SCALE, DecoderNames.NORM2_SCALE)) {
            widths.put(part, 1);
            widths.put(DecoderNames.square(part), 1);
        }
        widths.put(DecoderNames.GATE, model.intermediateSize());
        if (kind.feedForward() == Architecture.FeedForward.SWIGLU) {
            widths.put(DecoderNames.UP, model.intermediateSize());
        }
        widths.put(DecoderNames.SIGMOID, model.intermediateSize());
        return widths;
    }
}
