package org.quietstar.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.random.impl.GaussianDistribution;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.thought.LearningInputs;
import org.quietstar.thought.ThoughtParameters;

/**
 * Random weights and text. The weights are drawn in place, in single precision: a copy of them on the Java heap would
 * raise the process's peak memory above that of the step.
 */
final class RandomInputs {
    private static final long SEED = 1;
    /** Of the mixing head: wide enough that mixing weights, and with them rewards and advantages, differ. */
    private static final double HEAD_DEVIATION = 0.1;

    private RandomInputs() {}

    /** Norms one, biases zero, the mixing head N(0, 0.1), everything else N(0, 0.02). */
    static Parameters weights(BenchSize size) {
        return weights(size.model(), size.thought());
    }

    /** As {@link #weights(BenchSize)}. */
    static Parameters weights(ModelConfig model, ThoughtConfig thoughts) {
        Nd4j.getRandom().setSeed(SEED);
        Map<String, INDArray> decoder = new LinkedHashMap<>();
        DecoderParameters.shapes(model).forEach((name, shape) -> {
            INDArray array = DecoderParameters.isBias(name)
                    ? Nd4j.zeros(DataType.FLOAT, shape)
                    : Nd4j.ones(DataType.FLOAT, shape);
            decoder.put(name, shape.length == 1 ? array : normal(array, model.initializerRange()));
        });
        var base = new Parameters(decoder);
        Parameters thought = ThoughtParameters.create(model, thoughts, base, 0, SEED);
        for (String name : List.of(ThoughtParameters.W1, ThoughtParameters.W2, ThoughtParameters.W3)) {
            normal(thought.get(name), HEAD_DEVIATION);
        }
        for (String name : List.of(ThoughtParameters.START, ThoughtParameters.END)) {
            normal(thought.get(name), model.initializerRange());
        }
        return base.and(thought);
    }

    private static INDArray normal(INDArray array, double deviation) {
        return Nd4j.getExecutioner().exec(new GaussianDistribution(array, 0, deviation));
    }

    /** A batch of B full sequences of random tokens. */
    static LearningInputs batch(BenchSize size) {
        var batch = new LearningInputs(size.sizes(), BenchSize.loss().rewardTrim(), 0, DataType.FLOAT);
        var random = new Random(SEED);
        int[] ids = random.ints(size.textTokens(), 0, size.vocab() - 3).toArray();
        int[] lengths = new int[size.sizes().batch()];
        Arrays.fill(lengths, size.sizes().length());
        batch.setText(ids, lengths, batch.counts(lengths));
        return batch;
    }
}
