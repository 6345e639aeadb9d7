package org.quietstar.thought;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.model.DecoderNames;
import org.quietstar.samediff.SharedBuffers;
import org.quietstar.samediff.StaticPlan;

/**
 * The whole forward pass, each row once: the text, then the thoughts token by token as they are drawn, then what is
 * teacher forced (the last drawn token, END and the lookahead) in one go. Its activations are the learning graph's, so
 * that nothing is computed again for the loss or its gradient.
 */
public final class ThoughtForward implements AutoCloseable {
    private final Activations activations;
    private final Rollout rollout;
    private final CachedSteps teacherForced;

    /** A pass that keeps what the losses read: final hidden states. */
    public static ThoughtForward forScoring(QuietStarSetup setup, ThoughtSampling sampling, SharedBuffers memory) {
        return new ThoughtForward(
                setup, sampling, Activations.forScoring(setup.model(), setup.sizes(), setup.type()), memory);
    }

    /** A pass that keeps what the backward pass reads. */
    static ThoughtForward forLearning(QuietStarSetup setup, ThoughtSampling sampling, SharedBuffers memory) {
        return new ThoughtForward(
                setup, sampling, Activations.forLearning(setup.model(), setup.sizes(), setup.type()), memory);
    }

    private ThoughtForward(
            QuietStarSetup setup, ThoughtSampling sampling, Activations activations, SharedBuffers memory) {
        this.activations = activations;
        double scale = setup.thought().embeddingScale();
        this.rollout = Rollout.into(
                activations,
                memory,
                setup.model(),
                setup.sizes(),
                scale,
                sampling,
                setup.bannedIds(),
                setup.parameters());
        this.teacherForced = new CachedSteps(
                setup.model(),
                setup.sizes(),
                setup.sizes().thoughtTokens() + 1,
                setup.sizes().steps(),
                scale,
                setup.parameters(),
                activations,
                memory,
                CachedSteps.Tail.none());
    }

    /** Reads the batch's text, draws its thoughts and puts them into the batch. */
    public void draw(LearningBatch batch, Rollout.Noise noise) {
        rollout.draw(batch.text(), noise, batch.drawn());
        batch.takeDrawn();
    }

    /** Goes on with what is teacher forced; {@link #draw} comes before. */
    public void finish(LearningBatch batch) {
        INDArray ids = batch.inputs().get(QuietStarGraph.IDS);
        long tokens = teacherForced.tokens().length();
        teacherForced.tokens().assign(ids.get(NDArrayIndex.interval(ids.length() - tokens, ids.length())));
        teacherForced.run();
    }

    /** Final hidden states of all rows, [R, D]; overwritten by the next pass. */
    public INDArray hidden() {
        return activations.whole(DecoderNames.FINAL);
    }

    Activations activations() {
        return activations;
    }

    /** See {@link Rollout#entropies()}. */
    public double[] entropies() {
        return rollout.entropies();
    }

    /** The plans of the text and of the sampling steps. */
    public List<StaticPlan> drawingPlans() {
        return rollout.plans();
    }

    /** The plan of what is teacher forced. */
    public List<StaticPlan> finishingPlans() {
        return List.of(teacherForced.plan());
    }

    @Override
    public void close() {
        teacherForced.close();
        rollout.close();
        activations.close();
    }
}
