package org.quietstar.samediff.plan;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One op on a few random numbers.
 *
 * @param least smallest number of the variables, which lie between it and {@code least} + 2
 * @param shapes of the variables
 */
record OpCase(String name, double least, List<long[]> shapes, Op op) {
    interface Op {
        SDVariable apply(SameDiff sd, SDVariable[] variables);
    }

    static OpCase of(String name, Op op, long[]... shapes) {
        return new OpCase(name, -1, List.of(shapes), op);
    }

    /** For ops of positive numbers. */
    static OpCase positive(String name, Op op, long[]... shapes) {
        return new OpCase(name, 0.5, List.of(shapes), op);
    }

    Map<String, INDArray> variables(long seed) {
        var random = new Random(seed);
        Map<String, INDArray> variables = new LinkedHashMap<>();
        for (long[] shape : shapes) {
            variables.put("v" + variables.size(), numbers(random, least, least + 2, shape));
        }
        return variables;
    }

    SDVariable build(SameDiff sd, Map<String, INDArray> variables) {
        SDVariable[] inputs = variables.entrySet().stream()
                .map(e -> sd.var(e.getKey(), e.getValue()))
                .toArray(SDVariable[]::new);
        return op.apply(sd, inputs);
    }

    /** An array of its own, no view, since a variable would hold a copy of a view. */
    static INDArray numbers(Random random, double least, double below, long... shape) {
        int length = Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
        return Nd4j.createFromArray(random.doubles(length, least, below).toArray())
                .reshape(shape)
                .dup('c');
    }

    @Override
    public String toString() {
        return name;
    }
}
