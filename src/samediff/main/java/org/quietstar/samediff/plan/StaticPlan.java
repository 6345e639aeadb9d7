package org.quietstar.samediff.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.HostArrays;
import org.quietstar.samediff.plan.ir.ArrayViews;
import org.quietstar.samediff.plan.ir.KernelNode;
import org.quietstar.samediff.plan.ir.Value;
import org.quietstar.samediff.plan.pass.Pass;
import org.quietstar.samediff.plan.pass.PassPipeline;
import org.quietstar.samediff.plan.run.NativeThreads;
import org.quietstar.samediff.plan.run.ParallelSchedule;
import org.quietstar.samediff.plan.run.Profile;
import org.quietstar.samediff.plan.run.Sharding;

/**
 * A SameDiff function for fixed shapes, bound once and executed many times without allocating. M2.1's own session
 * allocates every output anew in every pass, walks dependency maps, and keeps what it freed; a plan orders the ops,
 * binds each to its arrays, and reuses buffers by liveness, so that a pass is one loop of kernels. Results equal the
 * session's but for rounding, since some of M2.1's kernels are replaced by faster ones.
 *
 * <p>While a plan runs, ND4J's own threads and those of BLAS are limited to one for the whole process, since the plan's
 * threads, as many as BLAS was given, each execute kernels of their own: other work on ND4J is slower meanwhile. These
 * threads turn for some microseconds before they sleep. On a device a plan has one thread.
 *
 * <p>A plan is used by one thread at a time. Inputs are the caller's arrays, which the caller fills in place before
 * {@link #run()}; outputs are overwritten by the next run.
 */
public final class StaticPlan implements AutoCloseable {
    private final List<KernelNode> steps;
    private final Map<String, Value> outputs = new HashMap<>();
    private final BufferAssignment buffers;
    private final PlanMemory memory;
    private final boolean ownsMemory;
    private final Map<Pass, Integer> applied;
    private final int wantedThreads;
    private final long leastWork;
    private final Map<String, INDArray> arrays = new HashMap<>();
    private final List<INDArray> kept = new ArrayList<>();
    private Optional<Profile> profile = Optional.empty();
    private ParallelSchedule phases = new ParallelSchedule(1, Sharding.LEAST_WORK);
    private int version = -1;
    private boolean closed;

    private StaticPlan(Builder builder) {
        var planner = new PlanCompiler(builder.graph, builder.parametersFrom, builder.given, builder.passes);
        this.steps = planner.build(builder.outputs, builder.targets);
        this.applied = planner.applied();
        this.wantedThreads = builder.threads;
        this.leastWork = builder.leastWork;
        builder.outputs.forEach(name -> outputs.put(name, planner.value(name)));
        builder.targets.keySet().forEach(name -> outputs.put(name, planner.value(name)));
        builder.kept.forEach(name -> keep(planner.value(name).root()));
        this.buffers = new BufferAssignment(new Liveness(steps, outputs.values()));
        this.ownsMemory = builder.memory == null;
        this.memory = ownsMemory ? new PlanMemory() : builder.memory;
        memory.reserve(buffers.buffers());
    }

    private void keep(Value root) {
        if (root.kind() == Value.Kind.COMPUTED) {
            INDArray array = Nd4j.createUninitializedDetached(root.dataType, root.shape);
            root.bind(array);
            kept.add(array);
        }
    }

    /**
     * Begins a plan of a graph; {@link Builder#compile} ends it.
     *
     * @param graph whose variables' arrays are bound, so that they must be changed in place ({@code assign}, {@code subi})
     */
    public static Builder of(SameDiff graph) {
        return new Builder(graph, graph);
    }

    /**
     * Begins a plan of a gradient function: forward and backward graph in one. The variables' arrays are those of the
     * forward graph.
     */
    public static Builder of(GradientFunction gradients) {
        return new Builder(gradients.function(), gradients.forward());
    }

    /**
     * Begins a plan of a function of a graph.
     *
     * @param parametersFrom graph whose arrays the trainable variables are read from
     */
    static Builder of(SameDiff graph, SameDiff parametersFrom) {
        return new Builder(graph, parametersFrom);
    }

    /**
     * Plans a graph: {@code of(graph).given(inputs).outputs(outputNames).compile()}.
     *
     * @param inputs array of each placeholder that is needed, of the graph's exact type, row-major where the graph
     *     reshapes it
     * @param outputNames variables wanted after each run
     * @throws IllegalArgumentException as {@link Builder#compile}
     */
    public static StaticPlan compile(SameDiff graph, Map<String, INDArray> inputs, List<String> outputNames) {
        return of(graph).given(inputs).outputs(outputNames).compile();
    }

    /** Plans a gradient function; otherwise as {@link #compile(SameDiff, Map, List)}. */
    public static StaticPlan compile(
            GradientFunction gradients, Map<String, INDArray> inputs, List<String> outputNames) {
        return of(gradients).given(inputs).outputs(outputNames).compile();
    }

    /**
     * What keeps a graph from being planned, one line for each op or variable; empty where nothing is known to. Ops that no
     * output needs do not matter to {@link Builder#compile}, but are listed here.
     */
    public static List<String> check(SameDiff graph) {
        return PlanObstacles.of(graph);
    }

    /** What a plan is to do. */
    public static final class Builder {
        private final SameDiff graph;
        private final SameDiff parametersFrom;
        private final Map<String, INDArray> given = new HashMap<>();
        private final List<String> outputs = new ArrayList<>();
        private final Map<String, INDArray> targets = new LinkedHashMap<>();
        private final List<String> kept = new ArrayList<>();
        private List<Pass> passes = PassPipeline.ALL;
        private PlanMemory memory;
        private int threads;
        private long leastWork = Sharding.LEAST_WORK;

        private Builder(SameDiff graph, SameDiff parametersFrom) {
            this.graph = graph;
            this.parametersFrom = parametersFrom;
        }

        /**
         * Arrays of placeholders, and of any other variables whose numbers are known already: what only they need is then
         * left out. A backward pass can so be planned on activations that another plan has written.
         */
        public Builder given(Map<String, INDArray> arrays) {
            given.putAll(arrays);
            return this;
        }

        /** Variables wanted after each run. */
        public Builder outputs(List<String> names) {
            outputs.addAll(names);
            return this;
        }

        /** Writes variables into arrays of the caller, row-major without gaps, instead of the plan's own buffers. */
        public Builder into(Map<String, INDArray> arrays) {
            targets.putAll(arrays);
            return this;
        }

        /** Variables wanted after each run that stay valid whatever other plans do with shared memory. */
        public Builder keeping(List<String> names) {
            outputs.addAll(names);
            kept.addAll(names);
            return this;
        }

        /** Uses memory together with other plans; outputs are then valid until another of them runs. */
        public Builder sharing(PlanMemory shared) {
            memory = shared;
            return this;
        }

        /**
         * Executes with {@code count} threads, the caller's own among them; without this, with as many as BLAS uses. The
         * number decides how results round, how fast the threads are does not. On a device it is always one.
         */
        public Builder threads(int count) {
            if (count < 1) {
                throw new IllegalArgumentException("A plan needs a thread, not " + count);
            }
            threads = count;
            return this;
        }

        /** Cuts steps of so many operations, or more, among the threads. */
        Builder cuttingFrom(long operations) {
            leastWork = operations;
            return this;
        }

        /** Goes through these passes only. */
        Builder passes(List<Pass> some) {
            passes = some;
            return this;
        }

        /**
         * Plans.
         *
         * @throws IllegalArgumentException for a missing input, a wrong type, an array that cannot be reshaped in place, an
         *     unknown output, or an op that {@link StaticPlan#check} would list
         */
        public StaticPlan compile() {
            return new StaticPlan(this);
        }
    }

    /** Binds every op to its arrays, anew where shared memory has moved. */
    private void bind() {
        if (version == memory.version()) {
            return;
        }
        memory.place(buffers.buffers());
        boolean asWanted = wantedThreads > 0 && HostArrays.arraysOnHost();
        phases = new ParallelSchedule(asWanted ? wantedThreads : NativeThreads.count(), leastWork);
        for (KernelNode step : steps) {
            phases.add(step, arrays(step.inputs()), arrays(step.outputs()));
        }
        outputs.forEach((name, value) -> arrays.put(name, arrayOf(value)));
        version = memory.version();
    }

    private static List<INDArray> arrays(List<Value> values) {
        return values.stream().map(StaticPlan::arrayOf).toList();
    }

    private static INDArray arrayOf(Value value) {
        Value root = value.root();
        return root.kind() == Value.Kind.ZERO
                ? Nd4j.zeros(value.dataType, value.shape)
                : ArrayViews.of(root, value.layout());
    }

    /** Executes the graph once on what the input arrays hold now. */
    public void run() {
        ensureOpen();
        bind();
        profile.ifPresentOrElse(phases::run, phases::run);
    }

    private void ensureOpen() {
        if (closed) {
            throw new IllegalStateException("The plan is closed");
        }
    }

    /** The array of an output, valid until the next {@link #run()} or {@link #close()}. */
    public INDArray output(String name) {
        ensureOpen();
        bind();
        INDArray array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no output of this plan; outputs are " + outputs.keySet());
        }
        return array;
    }

    /** Number of kernels in a run. */
    public int size() {
        return steps.size();
    }

    /** Floating-point operations in the matrix products of a run: 2·m·n·k for [m, k] times [k, n]. */
    public double productFlops() {
        return steps.stream()
                .filter(step -> step.is("matmul") && step.op() instanceof DynamicCustomOp)
                .mapToDouble(step -> {
                    long[] transposed = ((DynamicCustomOp) step.op()).iArgs();
                    long[] a = step.inputs().get(0).shape;
                    long inner = a[a.length - (transposed.length > 0 && transposed[0] != 0 ? 2 : 1)];
                    return 2.0 * inner * step.outputs().get(0).length();
                })
                .sum();
    }

    /** How often the threads wait for each other in a run; 0 where one thread executes all. */
    public int barriers() {
        ensureOpen();
        bind();
        return phases.barriers();
    }

    /** Bytes that the plan allocated for computed values. */
    public long plannedBytes() {
        return buffers.plannedBytes();
    }

    /** Bytes that all computed values together would take if none shared a buffer. */
    public long requestedBytes() {
        return buffers.requestedBytes();
    }

    /** What each pass did, and what is left, as lines of text. */
    public List<String> explain() {
        List<String> lines = new ArrayList<>();
        applied.forEach((pass, count) ->
                lines.add(String.format(Locale.ROOT, "%-24s %5d×  %s", pass.name(), count, pass.summary())));
        lines.add(buffers.describe(size(), barriers()));
        return lines;
    }

    /**
     * Time of one kind of op.
     *
     * @param kind ND4J's name of the op
     * @param count how often it was executed
     */
    public record OpTime(String kind, double seconds, int count) {}

    /** From now on the kernels of runs, or the first thread's share of them, are measured, until {@link #takeProfile()}. */
    public void startProfile() {
        profile = Optional.of(new Profile());
    }

    /** Ends the measuring and gives what was measured, slowest kind first. */
    public List<OpTime> takeProfile() {
        List<OpTime> times =
                profile.orElseThrow(() -> new IllegalStateException("No profile was started")).times().stream()
                        .map(time -> new OpTime(time.kind(), time.seconds(), time.count()))
                        .toList();
        profile = Optional.empty();
        return times;
    }

    /** Frees the buffers; the inputs stay the caller's. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            arrays.clear();
            phases = new ParallelSchedule(1, Sharding.LEAST_WORK);
            kept.forEach(INDArray::close);
            if (ownsMemory) {
                memory.close();
            }
        }
    }
}
