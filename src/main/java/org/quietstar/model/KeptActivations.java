package org.quietstar.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.attention.AttentionPattern;
import org.quietstar.samediff.LeanGraph;

/** What a decoder keeps of its forward pass for the backward pass. */
public final class KeptActivations {
    private KeptActivations() {}

    /**
     * The width of each variable that is kept, by its name; all have one row for each row of the pattern. A graph of one
     * layer is built for it and thrown away, since all layers keep the same: there are no parameters, and nothing is
     * computed. So a model of any depth takes milliseconds.
     *
     * @param maxPosition largest position that the pattern has
     * @param pattern makes the pattern in a graph
     */
    public static Map<String, Integer> widths(
            ModelConfig model, DataType type, int maxPosition, Function<SameDiff, AttentionPattern> pattern) {
        SameDiff sd = LeanGraph.create();
        Map<String, long[]> shapes = DecoderParameters.shapes(model);
        var none = new Parameters(Map.of());
        var decoder =
                new Decoder(sd, model, none, type, maxPosition, name -> sd.placeHolder(name, type, shapes.get(name)));
        AttentionPattern rows = pattern.apply(sd);
        decoder.layers(sd.placeHolder("embeddings", type, rows.rows(), model.hiddenSize()), rows, 1);
        return ofAllLayers(decoder.kept(), model.layers());
    }

    private static Map<String, Integer> ofAllLayers(Map<String, Integer> ofOne, int layers) {
        String first = DecoderNames.layer(0, "");
        Map<String, Integer> all = new LinkedHashMap<>();
        ofOne.forEach((name, width) -> {
            if (name.startsWith(first)) {
                for (int i = 0; i < layers; i++) {
                    all.put(DecoderNames.layer(i, name.substring(first.length())), width);
                }
            } else {
                all.put(name.equals(DecoderNames.state(1)) ? DecoderNames.state(layers) : name, width);
            }
        });
        return Collections.unmodifiableMap(all);
    }
}
