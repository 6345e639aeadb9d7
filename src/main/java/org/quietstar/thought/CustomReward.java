package org.quietstar.thought;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.QuietStarException;
import org.quietstar.samediff.Graphs;
import org.quietstar.samediff.InPlace;
import org.quietstar.samediff.SharedBuffers;
import org.quietstar.samediff.StaticPlan;

/** The rewards of a {@link RewardFunction}, and the advantages that follow from them by the rules of {@link ThoughtReward}. */
final class CustomReward implements AutoCloseable {
    private final RewardFunction function;
    private final LearningBatch batch;
    private final ThoughtSizes sizes;
    private final INDArray reward;
    private final StaticPlan plan;

    CustomReward(QuietStarSetup setup, RewardFunction function, LearningBatch batch, SharedBuffers memory) {
        this.function = function;
        this.batch = batch;
        this.sizes = setup.sizes();
        DataType type = setup.type();
        this.reward = Nd4j.zeros(type, sizes.batch(), sizes.thoughts(), sizes.length());
        SameDiff sd = Graphs.create();
        SDVariable given = sd.placeHolder(QuietStarGraph.REWARD, type, reward.shape());
        SDVariable valid = sd.placeHolder(QuietStarGraph.VALID, type, sizes.batch(), 1, sizes.length());
        SDVariable advantage = new ThoughtReward(sd, sizes, setup.loss(), type).advantage(given, valid);
        // An output has a place of its own, also where the advantage is the reward itself.
        sd.identity(advantage).rename(QuietStarGraph.ADVANTAGE);
        this.plan = StaticPlan.builder(sd, sd)
                .given(Map.of(
                        QuietStarGraph.REWARD,
                        reward,
                        QuietStarGraph.VALID,
                        batch.inputs().get(QuietStarGraph.VALID)))
                .keeping(List.of(QuietStarGraph.ADVANTAGE))
                .sharing(memory)
                .compile();
    }

    /** Asks for the reward of every thought that has all its targets; the others have none. */
    void run(INDArray likelihoodReward) {
        double[] given = numbers(likelihoodReward);
        double[] valid = numbers(batch.inputs().get(QuietStarGraph.VALID));
        int[] drawn = batch.drawn().toIntVector();
        double[] rewards = new double[given.length];
        List<List<Integer>> texts = texts();
        int l = sizes.length();
        for (int r = 0; r < rewards.length; r++) {
            int sequence = r / (l * sizes.thoughts());
            int p = r % l;
            if (valid[sequence * l + p] != 0) {
                int[] ids = new int[sizes.thoughtTokens()];
                for (int t = 0; t < ids.length; t++) {
                    ids[t] = drawn[t * sizes.stepRows() + r];
                }
                rewards[r] = ask(
                        new RewardFunction.RewardedThought(texts.get(sequence), p, ids, sizes.lookahead(), given[r]));
            }
        }
        InPlace.fill(reward, rewards);
        plan.run();
    }

    private double ask(RewardFunction.RewardedThought thought) {
        double answer = function.of(thought);
        if (!Double.isFinite(answer)) {
            throw new QuietStarException(String.format(
                    Locale.ROOT,
                    "the reward function gives %s to the thought %s at position %d; a finite number is wanted",
                    answer,
                    Arrays.toString(thought.ids()),
                    thought.position()));
        }
        return answer;
    }

    private List<List<Integer>> texts() {
        int[] ids = batch.text().toIntVector();
        List<List<Integer>> texts = new ArrayList<>();
        for (int b = 0; b < sizes.batch(); b++) {
            int from = b * sizes.length();
            texts.add(
                    Arrays.stream(ids, from, from + batch.lengths()[b]).boxed().toList());
        }
        return texts;
    }

    private static double[] numbers(INDArray array) {
        return array.reshape(array.length()).toDoubleVector();
    }

    /** {@link QuietStarGraph#REWARD} or {@link QuietStarGraph#ADVANTAGE} of the last run, [B, P, L]. */
    INDArray output(String name) {
        return name.equals(QuietStarGraph.REWARD) ? reward : plan.output(name);
    }

    static boolean has(String name) {
        return name.equals(QuietStarGraph.REWARD) || name.equals(QuietStarGraph.ADVANTAGE);
    }

    @Override
    public void close() {
        plan.close();
        reward.close();
    }
}
