package org.quietstar.train;

import java.util.LinkedHashMap;
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
 * {@code mixingHeadLrScale} times.
 */
final class AdamW {
    private static final String FIRST = "m.";
    private static final String SECOND = "v.";

    private final OptimizerConfig config;
    private final Parameters parameters;
    private final Map<String, INDArray> moments = new LinkedHashMap<>();
    private long updates;

    AdamW(OptimizerConfig config, Parameters parameters) {
        this.config = config;
        this.parameters = parameters;
        parameters.asMap().forEach((name, array) -> {
            moments.put(FIRST + name, Nd4j.zeros(array.dataType(), array.shape()));
            moments.put(SECOND + name, Nd4j.zeros(array.dataType(), array.shape()));
        });
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
                parameter.muli(1 - rate * config.weightDecay());
            }
            parameter.subi(gradient);
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
        return config.weightDecay() > 0 && parameter.rank() > 1 && !ThoughtParameters.isThoughtEmbedding(name);
    }

    /** Moments by "m."/"v." and parameter name, for a checkpoint; the arrays themselves. */
    Map<String, INDArray> state() {
        return moments;
    }

    /** How many updates were applied. */
    long updates() {
        return updates;
    }

    /** Goes on from a checkpoint's moments. */
    void restore(Map<String, INDArray> state, long updates) {
        moments.forEach((name, array) -> {
            INDArray saved = state.get(name);
            if (saved == null) {
                throw new IllegalArgumentException("The optimiser state lacks '" + name + "'");
            }
            array.assign(saved);
        });
        this.updates = updates;
    }
}
