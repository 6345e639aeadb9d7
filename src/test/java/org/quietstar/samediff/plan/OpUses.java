package org.quietstar.samediff.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.reduce.Mmul;

/** In what manner a graph uses each op: the name and what its gradient depends on, such as which sizes are broadcast. */
final class OpUses {
    private static final Set<String> PAIRWISE = Set.of("add", "subtract", "multiply", "divide", "maximum");
    private static final Set<String> REDUCTIONS = Set.of("reduce_sum", "reduce_mean", "reduce_max");

    private OpUses() {}

    /** Uses in a graph whose placeholders are fed {@code inputs}. */
    static Set<String> of(SameDiff graph, Map<String, INDArray> inputs) {
        List<String> names = graph.variables().stream().map(SDVariable::name).toList();
        Set<String> uses = new TreeSet<>();
        try (var plan = StaticPlan.compile(graph, inputs, names)) {
            graph.getOps().values().forEach(node -> {
                DifferentialFunction op = node.getOp();
                List<long[]> shapes = Arrays.stream(op.argNames())
                        .map(name -> plan.output(name).shape())
                        .toList();
                uses.add(op.opName() + manner(op, shapes));
            });
        }
        return uses;
    }

    private static String manner(DifferentialFunction op, List<long[]> shapes) {
        int rank = shapes.get(0).length;
        if (PAIRWISE.contains(op.opName())) {
            return " " + broadcast(shapes.get(0), shapes.get(1)) + " " + broadcast(shapes.get(1), shapes.get(0));
        }
        if (op instanceof Mmul product) {
            return " rank " + rank + ", transposed " + Arrays.toString(product.iArgs());
        }
        if (REDUCTIONS.contains(op.opName())) {
            boolean keep = op instanceof org.nd4j.linalg.api.ops.ReduceOp reduce && reduce.isKeepDims();
            return " rank " + rank + ", dimensions " + Arrays.toString(op.getDimensions()) + (keep ? ", kept" : "");
        }
        if (op.opName().equals("concat")) {
            return " rank " + rank + ", axis " + Arrays.toString(((DynamicCustomOp) op).iArgs());
        }
        return switch (op.opName()) {
            case "permute", "slice", "tile" -> " rank " + rank;
            default -> "";
        };
    }

    /** "=" for a size that the other has, too, "1" for one that is broadcast to the other's. */
    private static String broadcast(long[] shape, long[] other) {
        List<String> sizes = new ArrayList<>();
        for (int i = 0; i < shape.length; i++) {
            int o = i + other.length - shape.length;
            boolean stretched = o >= 0 && shape[i] == 1 && other[o] > 1;
            sizes.add(stretched ? "1" : "=");
        }
        return "[" + String.join("", sizes) + "]";
    }
}
