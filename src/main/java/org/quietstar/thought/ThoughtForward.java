package org.quietstar.thought;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.model.DecoderNames;
import org.quietstar.samediff.plan.PlanMemory;
import org.quietstar.samediff.plan.StaticPlan;

/**
 * The whole forward pass, each row once: the text, then the thoughts token by token as they are sampled, then what is
 * teacher forced (the last sampled token, END and the lookahead; with pauses the whole block) in one go. Its activations
 * are the learning graph's, so that nothing is computed again for the loss or its gradient.
 */
public final class ThoughtForward implements AutoCloseable {
    private final ActivationStore activations;
    private final Rollout rollout;
    private final SlotForward teacherForced;

    /** A pass that keeps what the losses read: final hidden states. */
    public static ThoughtForward forScoring(
            ThinkingModel model, ThoughtLayout layout, ThoughtSampler sampler, PlanMemory memory) {
        return new ThoughtForward(
                model, layout, sampler, ActivationStore.forScoring(model.config(), layout, model.dataType()), memory);
    }

    /** A pass that keeps what the backward pass reads. */
    static ThoughtForward forLearning(
            ThinkingModel model, ThoughtLayout layout, ThoughtSampler sampler, PlanMemory memory) {
        return new ThoughtForward(
                model, layout, sampler, ActivationStore.forLearning(model.config(), layout, model.dataType()), memory);
    }

    private ThoughtForward(
            ThinkingModel model,
            ThoughtLayout layout,
            ThoughtSampler sampler,
            ActivationStore activations,
            PlanMemory memory) {
        this.activations = activations;
        this.rollout = Rollout.into(activations, memory, model, layout, sampler);
        int first = model.pauses() ? layout.startSlot() : layout.lastTokenSlot();
        this.teacherForced =
                new SlotForward(model, layout, first, layout.slots(), activations, memory, SlotForward.Tail.none());
    }

    /** Reads the batch's text, samples its thoughts and puts them into the batch. */
    public void sample(LearningInputs batch, NoiseSource noise) {
        rollout.sample(batch.text(), noise, batch.sampled());
        batch.takeSampled();
    }

    /** Continues with what is teacher forced; {@link #sample} comes before. */
    public void finish(LearningInputs batch) {
        INDArray ids = batch.inputs().get(LearningInputs.IDS);
        long tokens = teacherForced.tokens().length();
        teacherForced.tokens().assign(ids.get(NDArrayIndex.interval(ids.length() - tokens, ids.length())));
        teacherForced.run();
    }

    /** Final hidden states of all rows, [R, D]; overwritten by the next pass. */
    public INDArray hidden() {
        return activations.whole(DecoderNames.FINAL);
    }

    ActivationStore activations() {
        return activations;
    }

    /** See {@link Rollout#entropies()}. */
    public double[] entropies() {
        return rollout.entropies();
    }

    /** The plans of the text and of the sampling slots. */
    public List<StaticPlan> samplingPlans() {
        return rollout.plans();
    }

    /** The plan of what is teacher forced. */
    public List<StaticPlan> teacherForcedPlans() {
        return List.of(teacherForced.plan());
    }

    @Override
    public void close() {
        teacherForced.close();
        rollout.close();
        activations.close();
    }
}
