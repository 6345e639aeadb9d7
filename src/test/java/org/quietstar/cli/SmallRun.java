package org.quietstar.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code train configs/tiny.yaml} with sizes that make a step a matter of milliseconds. */
final class SmallRun {
    private SmallRun() {}

    /**
     * Arguments of the program for a run in {@code folder} of the stages base and quiet-star, without tasks; each of
     * {@code more} is a KEY=VALUE.
     */
    static List<String> train(Path folder, int baseSteps, int quietStarSteps, String... more) {
        List<String> sets = new ArrayList<>(List.of(
                "output.dir=" + folder,
                "model.hiddenSize=16",
                "model.intermediateSize=24",
                "model.layers=1",
                "model.heads=2",
                "model.kvHeads=1",
                "model.maxPositions=64",
                "data.sequenceLength=16",
                "data.packing=pack",
                "data.shuffleBuffer=32",
                "data.batchSize=2",
                "stages.base.data.batchSize=2",
                "thought.thoughtTokens=2",
                "thought.lookahead=2",
                "optimizer.warmupSteps=2",
                "stages.base.train.steps=" + baseSteps,
                "stages.plain.train.steps=0",
                "stages.quiet-star.train.steps=" + quietStarSteps,
                "stages.quiet-star.train.gradientNormsEvery=1",
                "evaluation.maxTokens=300",
                "evaluation.tasks=[]"));
        sets.addAll(List.of(more));
        List<String> arguments = new ArrayList<>(List.of("train", "configs/tiny.yaml"));
        sets.forEach(set -> arguments.addAll(List.of("--set", set)));
        return arguments;
    }
}
