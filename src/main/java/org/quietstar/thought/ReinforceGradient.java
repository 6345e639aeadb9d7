package org.quietstar.thought;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.Decoder;
import org.quietstar.model.DecoderParameters;
import org.quietstar.samediff.GatherWithGradient;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.HostArrays;
import org.quietstar.samediff.LeanGraph;
import org.quietstar.samediff.plan.PlanCache;
import org.quietstar.samediff.plan.PlanMemory;
import org.quietstar.samediff.plan.StaticPlan;

/**
 * The {@link ReinforceLoss} as training runs it: loss, and gradient by the final hidden states and by the output head, for
 * those sampled tokens alone whose thought has an advantage. The others' part of loss and gradient is exactly zero. With an
 * entropy bonus or a divergence, which every thought has, all tokens that count take part.
 */
final class ReinforceGradient implements AutoCloseable {
    private static final String STATES = "states";
    private static final String TEXT_ROWS = "text.rows";
    private static final String ROWS = "rows";
    private static final String HIDDEN = "rows.hidden";
    private static final String IDS = "ids";
    private static final String ADVANTAGES = "advantages";
    private static final String WEIGHTS = "weights";
    private static final String POLICY = "policy";
    private static final String LOSS = "loss";
    /** Numbers of logits at a time: 64 MiB in single precision. */
    private static final long MOST_LOGITS = 1L << 24;

    private final ThinkingModel model;
    private final LossSpec spec;
    private final ThoughtLayout layout;
    private final INDArray states;
    private final boolean regularised;
    private final String head;
    private final boolean trainsHead;
    private final int most;
    private final int least;
    private final Map<String, INDArray> inputs = new LinkedHashMap<>();
    private final PlanCache<Integer> plans;
    private String hiddenGradient;
    private String headGradient;
    /** Times the policy's weight. */
    private double scale = 1;

    private long rows;
    private double policyLoss;
    private double loss;

    /**
     * @param states final hidden states of all rows, [R, D], which are read anew at each {@link #add}
     * @param trainsHead whether the output head's gradient is wanted
     * @param memory shared with others between the calls
     */
    ReinforceGradient(
            ThinkingModel model,
            LossSpec spec,
            ThoughtLayout layout,
            INDArray states,
            boolean trainsHead,
            PlanMemory memory) {
        this.trainsHead = trainsHead;
        this.model = model;
        this.spec = spec;
        this.layout = layout;
        this.states = states;
        this.regularised = ReinforceLoss.regularised(spec.config());
        this.head = DecoderParameters.head(model.config());
        this.most = rowsAtOnce(model.config(), layout);
        this.least = Math.max(1, most / 4);
        for (String name : List.of(ROWS, TEXT_ROWS, IDS)) {
            inputs.put(name, Nd4j.zeros(DataType.INT32, most));
        }
        for (String name : List.of(ADVANTAGES, WEIGHTS)) {
            inputs.put(name, Nd4j.zeros(model.dataType(), most, 1));
        }
        this.plans = new PlanCache<>(2, n -> plan(n, memory));
        plans.get(most);
        plans.get(least);
    }

    /** How many sampled tokens are taken together at most. */
    static int rowsAtOnce(ModelConfig model, ThoughtLayout layout) {
        return (int) Math.max(1, Math.min(layout.sampledTokens(), MOST_LOGITS / model.vocabSize()));
    }

    private StaticPlan plan(int n, PlanMemory memory) {
        DataType type = model.dataType();
        SameDiff sd = LeanGraph.create();
        var decoder = new Decoder(sd, model.config(), model.parameters(), layout.maxPosition());
        SDVariable all = sd.placeHolder(STATES, type, states.shape());
        SDVariable picked = new GatherWithGradient(sd, all, sd.placeHolder(ROWS, DataType.INT32, n)).outputVariable();
        picked.rename(HIDDEN);
        ReinforceLoss.Terms terms = new ReinforceLoss(sd, decoder, model, spec)
                .of(new ReinforceLoss.Tokens(
                        picked,
                        sd.placeHolder(IDS, DataType.INT32, n),
                        sd.placeHolder(WEIGHTS, type, n, 1),
                        sd.placeHolder(ADVANTAGES, type, n, 1),
                        () -> new GatherWithGradient(sd, all, sd.placeHolder(TEXT_ROWS, DataType.INT32, n))
                                .outputVariable()));
        terms.policy().rename(POLICY);
        terms.total().rename(LOSS);
        var gradient = GradientFunction.of(sd, LOSS, trainsHead ? List.of(HIDDEN, head) : List.of(HIDDEN));
        hiddenGradient = gradient.gradientOf(HIDDEN);
        List<String> outputs = new ArrayList<>(List.of(POLICY, LOSS, hiddenGradient));
        if (trainsHead) {
            headGradient = gradient.gradientOf(head);
            outputs.add(headGradient);
        }
        Map<String, INDArray> given = new LinkedHashMap<>();
        given.put(STATES, states);
        inputs.forEach((name, array) -> given.put(name, part(array, n)));
        return StaticPlan.of(gradient)
                .given(given)
                .outputs(outputs)
                .sharing(memory)
                .compile();
    }

    /** Multiplies the policy's weight, in loss and gradient, from the next {@link #add} on. */
    void setScale(double scale) {
        this.scale = scale;
    }

    private static INDArray part(INDArray array, int n) {
        return array.rank() == 1
                ? array.get(NDArrayIndex.interval(0, n))
                : array.get(NDArrayIndex.interval(0, n), NDArrayIndex.all());
    }

    /** Rows that take part, one entry each. */
    private record Selection(int[] rows, int[] textRows, int[] ids, double[] advantages, double[] weights) {}

    /**
     * Adds the gradient of policyWeight·policy + regularisation.
     *
     * @param advantage [B, P, L]
     * @param weights of each position's term, [B, 1, L]
     * @param sampled ids of t1 … tT, INT32 [T·B·P·L]
     * @param hiddenSum gradient by the final hidden states, [R, D], added to
     * @param headSum gradient by the output head, [V, D], added to; empty if it is not trained
     */
    void add(INDArray advantage, INDArray weights, INDArray sampled, INDArray hiddenSum, Optional<INDArray> headSum) {
        Selection all = select(HostArrays.numbers(advantage), HostArrays.numbers(weights), sampled.toIntVector());
        policyLoss = 0;
        loss = 0;
        int count = all.rows.length;
        rows = 0;
        for (int from = 0; from < count; ) {
            int n = count - from >= most ? most : least;
            fill(all, from, Math.min(count, from + n), n);
            StaticPlan plan = plans.get(n);
            plan.run();
            policyLoss += plan.output(POLICY).getDouble(0) / scale;
            loss += plan.output(LOSS).getDouble(0);
            headSum.ifPresent(sum -> sum.addi(plan.output(headGradient)));
            addRows(hiddenSum, part(inputs.get(ROWS), n), plan.output(hiddenGradient));
            from += n;
            rows += n;
        }
    }

    private Selection select(double[] advantage, double[] weights, int... sampled) {
        int[] chosen = IntStream.range(0, sampled.length)
                .filter(i -> {
                    int block = i % layout.slotRows();
                    return weights[layout.textRowOf(block)] != 0 && (regularised || advantage[block] != 0);
                })
                .toArray();
        int[] rows = new int[chosen.length];
        int[] textRows = new int[chosen.length];
        int[] ids = new int[chosen.length];
        double[] advantages = new double[chosen.length];
        double[] own = new double[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            int block = chosen[i] % layout.slotRows();
            rows[i] = layout.firstRowOfSlot(layout.startSlot()) + chosen[i];
            textRows[i] = layout.textRowOf(block);
            ids[i] = sampled[chosen[i]];
            own[i] = weights[textRows[i]];
            advantages[i] = advantage[block] * own[i] * scale;
        }
        return new Selection(rows, textRows, ids, advantages, own);
    }

    /** Entries {@code from} to {@code to}, filled up to {@code n} with row 0 at no weight. */
    private void fill(Selection all, int from, int to, int n) {
        HostArrays.fill(part(inputs.get(ROWS), n), Arrays.copyOf(Arrays.copyOfRange(all.rows, from, to), n));
        HostArrays.fill(part(inputs.get(TEXT_ROWS), n), Arrays.copyOf(Arrays.copyOfRange(all.textRows, from, to), n));
        HostArrays.fill(part(inputs.get(IDS), n), Arrays.copyOf(Arrays.copyOfRange(all.ids, from, to), n));
        HostArrays.fill(
                part(inputs.get(ADVANTAGES), n), Arrays.copyOf(Arrays.copyOfRange(all.advantages, from, to), n));
        HostArrays.fill(part(inputs.get(WEIGHTS), n), Arrays.copyOf(Arrays.copyOfRange(all.weights, from, to), n));
    }

    /** Adds to some rows, in one thread, since row 0 may be among them more than once. */
    private static void addRows(INDArray sum, INDArray rows, INDArray each) {
        Nd4j.exec(DynamicCustomOp.builder("scatter_add")
                .addInputs(sum, rows, each)
                .addOutputs(sum)
                .addBooleanArguments(true)
                .build());
    }

    /** Rows of logits that were computed in the last {@link #add}: sampled tokens, and what fills up the last plan. */
    long rows() {
        return rows;
    }

    /** Mean of −A·log π, of the last {@link #add}. */
    double policyLoss() {
        return policyLoss;
    }

    /** policyWeight·policy + regularisation, of the last {@link #add}. */
    double loss() {
        return loss;
    }

    /** The plans for a full and for a small number of rows. */
    List<StaticPlan> plans() {
        return List.of(plans.get(most), plans.get(least));
    }

    @Override
    public void close() {
        plans.close();
        inputs.values().forEach(INDArray::close);
    }
}
