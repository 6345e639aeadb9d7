package org.quietstar.thought;

import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.LossConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.model.CrossEntropy;
import org.quietstar.model.DecoderNames;
import org.quietstar.samediff.HostArrays;
import org.quietstar.samediff.plan.PlanMemory;
import org.quietstar.samediff.plan.StaticPlan;

/**
 * What a model that thinks predicts for each position of a text, as the target of a model that does not: the mean, over
 * its P thoughts, of the next-token distributions after them. It thinks as it was trained: T and P, the temperature and
 * the rules of its tokens are its own. Its parameters do not change.
 */
public final class ThoughtTeacher implements AutoCloseable {
    private static final String PROBABILITIES = "teacher.probabilities";
    private static final String ENTROPY = "teacher.entropy";
    /** Below every probability that counts; the logarithm of 0 does not exist. */
    private static final double LEAST = 1e-30;

    private final ThinkingModel model;
    private final ThoughtLayout layout;
    private final LearningInputs inputs;
    private final PlanMemory memory = new PlanMemory();
    private final ThoughtForward forward;
    private final StaticPlan plan;

    /**
     * @param model which thinks, and which this closes
     * @param batch B
     * @param length L
     */
    public ThoughtTeacher(ThinkingModel model, int batch, int length) {
        this.model = model;
        this.layout = layout(model.settings(), model.pauses(), batch, length);
        this.inputs = new LearningInputs(layout, 0, model.tokens().padId(), model.dataType());
        this.forward = ThoughtForward.forScoring(
                model, layout, ThoughtSampler.atTemperature(model.settings().thoughtTemperature()), memory);
        SameDiff sd = new QuietStarLoss(model, LossSpec.of(LossConfig.defaults()), layout).graph();
        addProbabilities(sd);
        this.plan = StaticPlan.of(sd)
                .given(inputs.inputs())
                .given(Map.of(DecoderNames.FINAL, forward.hidden()))
                .outputs(List.of(PROBABILITIES, ENTROPY, QuietStarLoss.THOUGHT_NLL))
                .sharing(memory)
                .compile();
    }

    /**
     * Sizes of the teacher's batch: its P thoughts for each position, one where it pauses, and the next token alone.
     *
     * @param settings the teacher's
     * @param batch B
     * @param length L
     */
    public static ThoughtLayout layout(ThoughtConfig settings, boolean pauses, int batch, int length) {
        int thoughts = pauses ? 1 : settings.thoughtsPerPosition();
        return new ThoughtLayout(batch, length, thoughts, settings.thoughtTokens(), 1);
    }

    private void addProbabilities(SameDiff sd) {
        SDVariable logits = sd.getVariable(QuietStarLoss.MIXED_LOGITS); // [B·P·L, V]
        SDVariable each = sd.math.exp(logits.sub(CrossEntropy.logSumExp(sd, logits)));
        int vocabSize = model.config().vocabSize();
        SDVariable byThought = sd.reshape(each, layout.batch(), layout.thoughts(), layout.length(), vocabSize);
        SDVariable mean = sd.reshape(sd.mean(byThought, false, 1), layout.textRows(), vocabSize);
        mean.rename(PROBABILITIES);
        SDVariable log = sd.math.log(sd.max(mean, sd.constant(Nd4j.scalar(model.dataType(), LEAST))));
        sd.sum(mean.mul(log), true, 1).neg().rename(ENTROPY);
    }

    /**
     * Thinks over a batch.
     *
     * @param ids [B·L]
     * @param lengths real tokens of each sequence, [B]
     * @param noise of the thoughts
     */
    public void run(int[] ids, int[] lengths, NoiseSource noise) {
        inputs.setText(ids, lengths, inputs.counts(lengths));
        forward.sample(inputs, noise);
        forward.finish(inputs);
        plan.run();
    }

    /** Probabilities of the next token, [B·L, V]; overwritten by the next run. */
    public INDArray probabilities() {
        return plan.output(PROBABILITIES);
    }

    /** Entropy of each distribution in nats, [B·L]. */
    public double[] entropies() {
        return HostArrays.numbers(plan.output(ENTROPY));
    }

    /** NLL of the label in nats after each thought, [B, P, L]; of rows without a label it says nothing. */
    public double[] labelNll() {
        return HostArrays.numbers(plan.output(QuietStarLoss.THOUGHT_NLL));
    }

    /** Bytes of the buffers that its plans share. */
    public long bufferBytes() {
        return memory.bytes();
    }

    /** B, L and P of the teacher's batch. */
    public ThoughtLayout layout() {
        return layout;
    }

    @Override
    public void close() {
        plan.close();
        forward.close();
        memory.close();
        inputs.close();
        model.close();
    }
}
