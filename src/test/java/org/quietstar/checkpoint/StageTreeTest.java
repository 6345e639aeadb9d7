package org.quietstar.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.quietstar.random.SplitMix;
import org.quietstar.train.SmallRecipe;

class StageTreeTest {
    private static final long SEED = 7;

    private static StageTree tree(String... stages) {
        var yaml = new StringBuilder("stages:\n");
        for (String stage : stages) {
            yaml.append("  - {").append(stage).append("}\n");
        }
        return new StageTree(SmallRecipe.stages(yaml.toString()));
    }

    private static String steps(int steps) {
        return "train: {mode: language-model, steps: " + steps + "}, optimizer: {warmupSteps: 0}";
    }

    @Test
    void withoutBranchesOrderDrawsAndPruningAreAsEver() {
        var tree = new StageTree(SmallRecipe.with());
        for (int stage = 0; stage < 2; stage++) {
            assertThat(tree.branchesOff(stage)).isFalse();
            assertThat(tree.orderSeed(stage)).isEqualTo(SplitMix.hash(SEED, stage));
            assertThat(tree.drawSeed(stage, 11)).isEqualTo(SplitMix.hash(SEED, 11));
        }
        assertThat(tree.kept()).isEmpty();
    }

    @Test
    void siblingsShareOrderAndDraws() {
        StageTree tree = tree(
                "name: base, " + steps(5),
                "name: a, " + steps(3),
                "name: b, from: base, " + steps(4),
                "name: c, " + steps(1),
                "name: d, from: a, " + steps(1));
        assertThat(tree.kept()).containsExactlyInAnyOrder(5L, 8L, 12L, 13L, 14L);
        assertThat(tree.orderSeed(2)).isEqualTo(tree.orderSeed(1)).isNotEqualTo(tree.orderSeed(3));
        assertThat(tree.drawSeed(1, 6)).isEqualTo(SplitMix.hash(SEED, 6));
        assertThat(tree.drawSeed(2, 9)).isEqualTo(SplitMix.hash(SEED, 6));
        assertThat(tree.drawSeed(3, 13)).isEqualTo(SplitMix.hash(SEED, 10));
        assertThat(tree.drawSeed(4, 14)).isEqualTo(SplitMix.hash(SEED, 9));
        assertThat(tree.branchesOff(1)).isFalse();
        assertThat(tree.branchesOff(2)).isTrue();
        assertThat(tree.branchesOff(3)).isFalse();
        assertThat(tree.source(4)).isEqualTo(1);
        assertThat(tree.line(0)).containsExactly(0, 1, 2, 3, 4);
        assertThat(tree.line(1)).containsExactly(0, 1, 4);
        assertThat(tree.line(3)).containsExactly(0, 2, 3);
    }

    @Test
    void aStageWithoutStepsEndsWithWhatItBeganWith() {
        StageTree tree = tree(
                "name: none, " + steps(0),
                "name: a, " + steps(3),
                "name: b, from: none, " + steps(3),
                "name: c, from: a, " + steps(0),
                "name: d, " + steps(2),
                "name: e, from: d, " + steps(2));
        assertThat(tree.maker(0)).isEqualTo(StageTree.NONE);
        assertThat(tree.branchesOff(1)).isFalse();
        assertThat(tree.branchesOff(2)).isTrue();
        assertThat(tree.source(2)).isEqualTo(StageTree.NONE);
        assertThat(tree.branchesOff(3)).as("nothing is trained").isFalse();
        assertThat(tree.maker(3)).isEqualTo(1);
        assertThat(tree.branchesOff(4)).isTrue();
        assertThat(tree.source(4)).isEqualTo(1);
        assertThat(tree.branchesOff(5)).isFalse();
    }
}
