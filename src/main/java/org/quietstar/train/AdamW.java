package org.quietstar.train;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.updaters.AdamUpdater;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.OptimizerConfig;
import org.quietstar.model.Parameters;
import org.quietstar.thought.ThoughtParameters;

/**
 * Adam with decoupled weight decay, in place: θ ← θ − lr·(m̂/(√v̂ + ε) + decay·θ). The decay leaves vectors (norms,
 * biases, START, END) alone; START and END learn {@code thoughtEmbeddingLrScale} times as fast, the mixing head
 * {@code mixingHeadLrScale} times. It owns the moments, not the parameters.
 */
final class AdamW implements AutoCloseable {
    private static final String FIRST = "m.";
    private static final String SECOND = "v.";

    private final OptimizerConfig config;
    private final Parameters parameters;
    private final Map<String, INDArray> moments = new LinkedHashMap<>();
    private long updates;

    private AdamW(OptimizerConfig config, Parameters parameters, long updates) {
        this.config = config;
        this.parameters = parameters;
        this.updates = updates;
    }

    /** A new optimiser, with moments of zero. */
    static AdamW of(OptimizerConfig config, Parameters parameters) {
        var optimizer = new AdamW(config, parameters, 0);
        parameters.asMap().forEach((name, array) -> {
            optimizer.moments.put(FIRST + name, Nd4j.zeros(array.dataType(), array.shape()));
            optimizer.moments.put(SECOND + name, Nd4j.zeros(array.dataType(), array.shape()));
        });
        return optimizer;
    }

    /**
     * Continues from a checkpoint's moments, which are the optimiser's from then on: at 7 billion parameters there is no
     * room for them twice. Those of other parameters are freed.
     *
     * @param moments as {@link #state} gives them
     * @throws IllegalArgumentException where one is missing or has another shape
     */
    static AdamW resume(OptimizerConfig config, Parameters parameters, Map<String, INDArray> moments, long updates) {
        var optimizer = new AdamW(config, parameters, updates);
        parameters.asMap().forEach((name, array) -> {
            for (String moment : List.of(FIRST + name, SECOND + name)) {
                INDArray saved = moments.get(moment);
                if (saved == null || !Arrays.equals(saved.shape(), array.shape())) {
                    throw new IllegalArgumentException(
                            "The optimiser state has no '" + moment + "' of shape " + Arrays.toString(array.shape()));
                }
                optimizer.moments.put(moment, saved);
            }
        });
        moments.forEach((name, moment) -> {
            if (!optimizer.moments.containsKey(name)) {
                moment.close();
            }
        });
        return optimizer;
    }

    /**
     * One update.
     *
     * @param gradients by parameter name; overwritten
     * @param scale factor of every gradient (the global-norm clip)
     * @param learningRate of this step
     */
    void update(Map<String, INDArray> gradients, double scale, double learningRate) {
        double secondCorrection = Math.sqrt(1 - Math.pow(config.beta2(), updates + 1.0));
        gradients.forEach((name, gradient) -> {
            INDArray parameter = parameters.get(name);
            double rate = learningRate * rateFactor(name);
            if (scale != 1) {
                gradient.muli(scale);
            }
            // ND4J's kernel adds epsilon to √v, not to √v̂; scaled by the correction it comes to the same.
            Nd4j.exec(new AdamUpdater(
                    gradient,
                    moments.get(SECOND + name),
                    moments.get(FIRST + name),
                    rate,
                    config.beta1(),
                    config.beta2(),
                    config.epsilon() * secondCorrection,
                    Math.toIntExact(updates)));
            if (decays(name, parameter)) {
                // START and END learn faster than the others, but do not shrink faster.
                double decayed = ThoughtParameters.isThoughtEmbedding(name) ? learningRate : rate;
                parameter.muli(1 - decayed * config.weightDecay());
            }
            // At a rate of 0 ND4J's kernel takes epsilon in its place.
            if (rate != 0) {
                parameter.subi(gradient);
            }
        });
        updates++;
    }

    /** What the learning rate of a parameter is multiplied by. */
    private double rateFactor(String name) {
        if (ThoughtParameters.isThoughtEmbedding(name)) {
            return config.thoughtEmbeddingLrScale();
        }
        return ThoughtParameters.isMixingHead(name) ? config.mixingHeadLrScale() : 1;
    }

    private boolean decays(String name, INDArray parameter) {
        return config.weightDecay() > 0 && (parameter.rank() > 1 || ThoughtParameters.isThoughtEmbedding(name));
    }

    /** Moments by "m."/"v." and parameter name, for a checkpoint; the arrays themselves. */
    Map<String, INDArray> state() {
        return new LinkedHashMap<>(moments);
    }

    /** How many updates were applied. */
    long updates() {
        return updates;
    }

    /** Leaves the moments to whoever has taken them by {@link #state}; the optimiser is not used any more. */
    void release() {
        moments.clear();
    }

    /** Frees the moments. */
    @Override
    public void close() {
        moments.values().forEach(INDArray::close);
        moments.clear();
    }
}
