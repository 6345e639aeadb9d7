package org.quietstar.samediff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A SameDiff function for fixed shapes, bound once and executed many times without allocating. M2.1's own session
 * allocates every output anew in every pass, walks dependency maps, and keeps what it freed; a plan orders the ops,
 * binds each to its arrays, and reuses buffers by liveness, so that a pass is one loop of kernels. Results equal the
 * session's but for rounding, since some of M2.1's kernels are replaced by faster ones.
 *
 * <p>A plan is used by one thread at a time. Inputs are the caller's arrays, which the caller fills in place before
 * {@link #run()}; outputs are overwritten by the next run.
 */
public final class StaticPlan implements AutoCloseable {
    private final List<OpBinding> bindings = new ArrayList<>();
    private final Map<String, INDArray> outputs = new HashMap<>();
    private final BufferPlanner buffers = new BufferPlanner();
    private boolean closed;

    private StaticPlan() {}

    /**
     * Plans a graph.
     *
     * @param graph forward graph or gradient function
     * @param variableSource graph whose arrays the trainable variables are read from; their arrays are bound, so they
     *     must be changed in place ({@code assign}, {@code subi})
     * @param inputs array of each placeholder that is needed, of the graph's exact type, row-major where the graph
     *     reshapes it
     * @param outputNames variables wanted after each run
     * @throws IllegalArgumentException for a missing input, a wrong type, an array that cannot be reshaped in place, an
     *     unknown output, or a graph with loops
     */
    public static StaticPlan compile(
            SameDiff graph, SameDiff variableSource, Map<String, INDArray> inputs, List<String> outputNames) {
        return compile(graph, variableSource, inputs, outputNames, PlanBuilder.ALL);
    }

    static StaticPlan compile(
            SameDiff graph,
            SameDiff variableSource,
            Map<String, INDArray> inputs,
            List<String> outputNames,
            List<PlanRewrite> rewrites) {
        var plan = new StaticPlan();
        var builder = new PlanBuilder(graph, variableSource, inputs, rewrites);
        List<PlanStep> steps = builder.build(outputNames);
        Set<PlanValue> computed = new LinkedHashSet<>();
        steps.forEach(step -> step.outputs().forEach(out -> computed.add(out.root())));
        plan.buffers.place(List.copyOf(computed));
        for (PlanStep step : steps) {
            var binding = new OpBinding(
                    step.op(), step.inputs().stream().map(StaticPlan::arrayOf).toList());
            binding.setOutputs(step.outputs().stream().map(StaticPlan::arrayOf).toList());
            plan.bindings.add(binding);
        }
        for (String name : outputNames) {
            plan.outputs.put(name, arrayOf(builder.value(name)));
        }
        return plan;
    }

    private static INDArray arrayOf(PlanValue value) {
        PlanValue root = value.root();
        return switch (root.kind) {
            case BOUND, CONSTANT -> PlanDraft.inShape(root, value.shape);
            case ZERO -> Nd4j.zeros(value.dataType, value.shape);
            case COMPUTED -> value == root ? root.array : BufferPlanner.viewOf(root.array, value.shape);
        };
    }

    /** Executes the graph once on what the input arrays hold now. */
    public void run() {
        ensureOpen();
        for (OpBinding binding : bindings) {
            binding.execute();
        }
    }

    private void ensureOpen() {
        if (closed) {
            throw new IllegalStateException("The plan is closed");
        }
    }

    /** The array of an output, valid until the next {@link #run()} or {@link #close()}. */
    public INDArray output(String name) {
        ensureOpen();
        INDArray array = outputs.get(name);
        if (array == null) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no output of this plan; outputs are " + outputs.keySet());
        }
        return array;
    }

    /** Number of kernels in a run. */
    public int size() {
        return bindings.size();
    }

    /** Bytes that the plan allocated for computed values. */
    public long plannedBytes() {
        return buffers.plannedBytes();
    }

    /** Bytes that all computed values together would take if none shared a buffer. */
    public long requestedBytes() {
        return buffers.requestedBytes();
    }

    /** Runs once and gives the seconds spent in each kind of op, slowest first, as lines of text. */
    public List<String> profile() {
        ensureOpen();
        Map<String, double[]> byKind = new TreeMap<>();
        for (OpBinding binding : bindings) {
            long start = System.nanoTime();
            binding.execute();
            double[] entry = byKind.computeIfAbsent(binding.op().opName(), k -> new double[2]);
            entry[0] += (System.nanoTime() - start) * 1e-9;
            entry[1]++;
        }
        return byKind.entrySet().stream()
                .sorted((a, b) -> Double.compare(b.getValue()[0], a.getValue()[0]))
                .map(e -> String.format(
                        java.util.Locale.ROOT, "%-28s %8.2f ms  %5d×", e.getKey(), e.getValue()[0] * 1e3, (int)
                                e.getValue()[1]))
                .toList();
    }

    /** Frees the buffers; the inputs stay the caller's. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            outputs.clear();
            bindings.clear();
            buffers.close();
        }
    }
}
