package org.quietstar.samediff.plan.run;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.quietstar.samediff.plan.ir.ArrayViews;
import org.quietstar.samediff.plan.ir.KernelNode;
import org.quietstar.samediff.plan.ir.Value;

/**
 * How a step falls into parts that can be computed side by side, each by the step's own op: its result is cut along one
 * axis, and with it those inputs that are as long along theirs.
 *
 * @param axis of the result
 * @param inputAxes for each input the axis that is cut, or {@link #WHOLE}
 */
public record Sharding(int axis, int[] inputAxes) {
    /** Stands for an input that every part reads whole. */
    static final int WHOLE = -1;

    /** Operations of a step below which a meeting of threads would take longer. */
    public static final long LEAST_WORK = 1L << 7;

    /** Columns for each row from which on a product is cut by columns. */
    private static final long WIDE = 8;

    /** Which axes of the inputs go with an axis of the result; empty where the op cannot be cut along it. */
    private interface Rule {
        Optional<int[]> inputAxes(KernelNode step, int axis);
    }

    private static final Map<String, Rule> RULES = rules();

    private static Map<String, Rule> rules() {
        Stream<String> elementwise = Stream.of(
                "add",
                "subtract",
                "multiply",
                "divide",
                "maximum",
                "minimum",
                "squaredsubtract",
                "exp",
                "log",
                "sqrt",
                "rsqrt",
                "square",
                "sigmoid",
                "tanh",
                "relu",
                "thresholdedrelu_bp",
                "relu_bp",
                "neg",
                "pow",
                "mul_scalar",
                "add_scalar",
                "identity");
        Map<String, Rule> rules = elementwise.collect(Collectors.toMap(name -> name, name -> Sharding::elementwise));
        Set.of("reduce_sum", "reduce_max", "reduce_mean", "reduce_mean_bp")
                .forEach(name -> rules.put(name, Sharding::unreduced));
        rules.put("matmul", Sharding::product);
        rules.put("gather", Sharding::gathered);
        rules.put("permute", Sharding::permuted);
        return Map.copyOf(rules);
    }

    /**
     * The outermost axis along which the step falls into so many parts; empty where there is none, or less to do than
     * {@code leastWork} multiplications and additions.
     */
    static Optional<Sharding> of(KernelNode step, int parts, long leastWork) {
        Rule rule = RULES.get(step.op().opName());
        if (parts < 2 || rule == null || step.outputs().size() != 1 || work(step) < leastWork) {
            return Optional.empty();
        }
        long[] shape = step.outputs().get(0).shape;
        IntStream axes = isWideProduct(step, shape) ? IntStream.of(1, 0) : IntStream.range(0, shape.length);
        return axes.filter(axis -> shape[axis] >= 2L * parts || shape[axis] == parts)
                .mapToObj(axis -> rule.inputAxes(step, axis).map(inputs -> new Sharding(axis, inputs)))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /**
     * A product of few rows and many columns, as of hidden states with an output head. BLAS copies both factors into an
     * order of its own first; cut by rows, each thread would do so with the whole head.
     */
    private static boolean isWideProduct(KernelNode step, long... shape) {
        return step.is("matmul") && shape.length == 2 && shape[1] >= WIDE * shape[0];
    }

    private static long work(KernelNode step) {
        Value first = step.inputs().get(0);
        Value out = step.outputs().get(0);
        boolean isProduct = step.is("matmul");
        return isProduct ? out.length() * first.shape[first.shape.length - 1] : Math.max(first.length(), out.length());
    }

    /** What part {@code part} of {@code parts} reads. */
    List<INDArray> inputs(List<INDArray> whole, INDArray output, int part, int parts) {
        long from = from(output, part, parts);
        long to = from(output, part + 1, parts);
        return IntStream.range(0, whole.size())
                .mapToObj(i ->
                        inputAxes[i] == WHOLE ? whole.get(i) : ArrayViews.slice(whole.get(i), inputAxes[i], from, to))
                .toList();
    }

    /** What part {@code part} of {@code parts} writes. */
    INDArray output(INDArray whole, int part, int parts) {
        return ArrayViews.slice(whole, axis, from(whole, part, parts), from(whole, part + 1, parts));
    }

    private long from(INDArray output, int part, int parts) {
        return output.size(axis) * part / parts;
    }

    private static Optional<int[]> elementwise(KernelNode step, int axis) {
        long[] out = step.outputs().get(0).shape;
        int[] axes = new int[step.inputs().size()];
        for (int i = 0; i < axes.length; i++) {
            long[] in = step.inputs().get(i).shape;
            int own = axis - (out.length - in.length);
            axes[i] = own < 0 || in[own] == 1 ? WHOLE : own;
            if (axes[i] != WHOLE && in[own] != out[axis]) {
                return Optional.empty();
            }
        }
        return Optional.of(axes);
    }

    /** Reductions that keep their axes, cut along one that stays; their further inputs name axes. */
    private static Optional<int[]> unreduced(KernelNode step, int axis) {
        long[] out = step.outputs().get(0).shape;
        int[] axes = new int[step.inputs().size()];
        for (int i = 0; i < axes.length; i++) {
            Value in = step.inputs().get(i);
            boolean namesAxes = i > 0 && !in.dataType.isFPType();
            axes[i] = namesAxes ? WHOLE : axis;
            if (!namesAxes && (in.shape.length != out.length || in.shape[axis] != out[axis])) {
                return Optional.empty();
            }
        }
        return Optional.of(axes);
    }

    private static Optional<int[]> product(KernelNode step, int axis) {
        long[] a = step.inputs().get(0).shape;
        long[] b = step.inputs().get(1).shape;
        int rank = step.outputs().get(0).shape.length;
        if (a.length != rank || b.length != rank || rank < 2 || !(step.op() instanceof DynamicCustomOp custom)) {
            return Optional.empty();
        }
        long[] transposed = Arrays.copyOf(custom.iArgs(), 3);
        if (transposed[2] != 0) {
            return Optional.empty();
        }
        if (axis == rank - 2) {
            return Optional.of(new int[] {transposed[0] == 0 ? rank - 2 : rank - 1, WHOLE});
        }
        if (axis == rank - 1) {
            return Optional.of(new int[] {WHOLE, transposed[1] == 0 ? rank - 1 : rank - 2});
        }
        return Optional.of(new int[] {axis, axis});
    }

    /** Rows of a table by their numbers. */
    private static Optional<int[]> gathered(KernelNode step, int axis) {
        boolean rows = step.inputs().size() == 2
                && step.inputs().get(1).shape.length == 1
                && step.op() instanceof DynamicCustomOp custom
                && Arrays.stream(custom.iArgs()).allMatch(a -> a == 0);
        return rows && axis == 0 ? Optional.of(new int[] {WHOLE, 0}) : Optional.empty();
    }

    private static Optional<int[]> permuted(KernelNode step, int axis) {
        boolean known = step.inputs().size() == 1
                && step.op() instanceof DynamicCustomOp custom
                && custom.iArgs().length == step.outputs().get(0).shape.length;
        return known ? Optional.of(new int[] {(int) ((DynamicCustomOp) step.op()).iArgs()[axis]}) : Optional.empty();
    }
}
