package org.quietstar.thought;

import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;

/** What Quiet-STaR adds to a decoder: START, END and the mixing head, under the reference program's names. */
public final class ThoughtParameters {
    public static final String START = "start_embedding";
    public static final String END = "end_embedding";
    /** Only of a model that pauses: what stands in the slots of t1 … tT, the same vector in each. */
    public static final String PAUSE = "pause_embedding";

    public static final String W1 = "talk_head.0.weight";
    public static final String B1 = "talk_head.0.bias";
    public static final String W2 = "talk_head.2.weight";
    public static final String B2 = "talk_head.2.bias";
    public static final String W3 = "talk_head.4.weight";
    /** Only with the sigmoid mixer. */
    public static final String B3 = "talk_head.4.bias";

    /** In place of a token id: START and END begin as the mean of the embedding table. */
    public static final int MEAN_EMBEDDING = -1;

    private static final double SIGMOID_BIAS = -5;
    private static final double DEVIATION = 0.02;

    private ThoughtParameters() {}

    /** Whether the parameter is START, END or the pause, which learn at a rate of their own. */
    public static boolean isThoughtEmbedding(String name) {
        return name.equals(START) || name.equals(END) || name.equals(PAUSE);
    }

    /** Whether the parameter belongs to the mixing head. */
    public static boolean isMixingHead(String name) {
        return name.startsWith("talk_head.");
    }

    /** Every parameter's shape, with the pause's where there are pauses in the place of thoughts. */
    public static Map<String, long[]> shapes(ModelConfig model, ThoughtConfig thought, boolean pauses) {
        Map<String, long[]> shapes = shapes(model, thought);
        if (pauses) {
            shapes.put(PAUSE, new long[] {model.hiddenSize()});
        }
        return shapes;
    }

    /** Every parameter's shape, in the order of {@link #create}. */
    public static Map<String, long[]> shapes(ModelConfig model, ThoughtConfig thought) {
        long d = model.hiddenSize();
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put(START, new long[] {d});
        shapes.put(END, new long[] {d});
        if (thought.mixer() == Mixer.NONE) {
            return shapes;
        }
        shapes.put(W1, new long[] {d, 2 * d});
        shapes.put(B1, new long[] {d});
        shapes.put(W2, new long[] {d, d});
        shapes.put(B2, new long[] {d});
        shapes.put(W3, new long[] {1, d});
        if (thought.mixer() == Mixer.SIGMOID) {
            shapes.put(B3, new long[] {1});
        }
        return shapes;
    }

    /**
     * Those of a model with a fresh pause among them, which begins as START does.
     *
     * @param thought parameters of {@link #create}
     */
    static Parameters withPause(Parameters thought) {
        return thought.and(new Parameters(Map.of(PAUSE, thought.get(START).dup('c'))));
    }

    /**
     * Fresh thought parameters: W1, W2 ~ N(0, 0.02), biases 0, W3 = 0, so that a new model equals its base model;
     * START and END, times {@code thought.embeddingScale}, are one row of the embedding table, or its mean. Mixer
     * none has no W and no b.
     *
     * @param base the decoder's parameters
     * @param initToken id of the row, or {@link #MEAN_EMBEDDING}
     */
    public static Parameters create(
            ModelConfig model, ThoughtConfig thought, Parameters base, int initToken, long seed) {
        DataType type = base.dataType();
        long d = model.hiddenSize();
        INDArray table = base.get(DecoderParameters.embedding(model));
        INDArray row = (initToken >= 0 ? table.getRow(initToken) : table.mean(0)).reshape(d);
        // The graphs multiply START and END by the scale, so that what goes in is the row itself.
        double scale = thought.embeddingScale();
        INDArray start = scale == 0 || scale == 1 ? row : row.div(scale);
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        arrays.put(START, start.dup('c'));
        arrays.put(END, start.dup('c'));
        if (thought.mixer() == Mixer.NONE) {
            return new Parameters(arrays);
        }
        arrays.put(W1, Parameters.normal(type, seed, W1, DEVIATION, d, 2 * d));
        arrays.put(B1, Nd4j.zeros(type, d));
        arrays.put(W2, Parameters.normal(type, seed, W2, DEVIATION, d, d));
        arrays.put(B2, Nd4j.zeros(type, d));
        arrays.put(W3, Nd4j.zeros(type, 1, d));
        if (thought.mixer() == Mixer.SIGMOID) {
            arrays.put(B3, Nd4j.zeros(type, 1).addi(SIGMOID_BIAS));
        }
        return new Parameters(arrays);
    }
}
