package org.quietstar.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quietstar.config.TrainConfig.TrainMode;

class OverridesTest {
    private static final String TWO_STAGES = """
            train: {steps: 7}
            stages:
              - name: base
                data: {train: base.txt}
                train: {mode: language-model, steps: 30}
              - name: think
                train: {mode: quiet-star}
            """;

    @Test
    void aRunWideKeyWinsOverTheFileAndOverEveryStage() {
        RunConfig config = Recipe.read(TWO_STAGES, "train.steps=50", "data.train=[a.txt, b.txt]");
        assertThat(config.stages()).extracting(s -> s.train().steps()).containsExactly(50, 50);
        assertThat(config.stages())
                .extracting(s -> s.train().mode())
                .containsExactly(TrainMode.LANGUAGE_MODEL, TrainMode.QUIET_STAR);
        assertThat(config.stages()).extracting(s -> s.data().train()).containsOnly(List.of("a.txt", "b.txt"));
    }

    @Test
    void aStageKeyWinsOverTheRunWideOneWhereverItStands() {
        RunConfig config = Recipe.read(TWO_STAGES, "stages.think.train.steps=3", "train.steps=50");
        assertThat(config.stages()).extracting(s -> s.train().steps()).containsExactly(50, 3);
        assertThat(Recipe.read("seed: 1", "stages.quiet-star.loss.policyWeight=2")
                        .stages()
                        .get(0)
                        .loss()
                        .policyWeight())
                .isEqualTo(2.0);
    }

    @Test
    void ofTwoAssignmentsTheLastCounts() {
        assertThat(Recipe.read("seed: 1", "seed=2", "seed=3").seed()).isEqualTo(3);
    }

    @Test
    void textIsTakenAsItStands() {
        assertThat(text("output.dir=2024")).isEqualTo("2024");
        assertThat(text("output.dir=true")).isEqualTo("true");
        assertThat(text("output.dir=C:\\runs\\a b #1: x")).isEqualTo("C:\\runs\\a b #1: x");
        assertThat(text("output.dir='a b'")).isEqualTo("a b");
        assertThat(text("output.dir=a=b")).isEqualTo("a=b");
        assertThat(text("output.dir=")).isEmpty();
        RunConfig config =
                Recipe.read("seed: 1", "data.train=texts/*.txt.gz", "data.validation=[]", "thought.bannedIds=4");
        assertThat(config.lastStage().data().train()).containsExactly("texts/*.txt.gz");
        assertThat(config.lastStage().data().validation()).isEmpty();
        assertThat(config.lastStage().thought().bannedIds()).containsExactly(4);
    }

    @Test
    void mistakesNameTheArgument() {
        assertThat(Recipe.error("seed: 1", "train.steps=abc"))
                .isEqualTo("--set train.steps=abc: 'abc' is not a whole number; allowed: 0 or more (steps)");
        assertThat(Recipe.error("seed: 1", "train.steps=")).startsWith("--set train.steps=: no value (null)");
        assertThat(Recipe.error("seed: 1", "train.steps=-1"))
                .isEqualTo("--set train.steps=-1: '-1' is out of range; allowed: 0 or more (steps)");
        assertThat(Recipe.error("seed: 1", "train.step=5"))
                .startsWith("--set train.step=5: unknown key (its value: '5'); did you mean train.steps? Keys of train:"
                        + " mode,");
        assertThat(Recipe.error("seed: 1", "steps=5")).contains("did you mean train.steps?");
        assertThat(Recipe.error("seed: 1", "x.y.z=5")).startsWith("--set x.y.z=5: unknown key");
        assertThat(Recipe.error("seed: 1", "train=5"))
                .startsWith("--set train=5: train is a section; name one of its keys: train.mode, train.steps");
        assertThat(Recipe.error("seed: 1", "train.steps"))
                .startsWith("--set train.steps: names no key and value; write --set KEY=VALUE");
        assertThat(Recipe.error("seed: 1", "=5")).startsWith("--set =5: names no key and value");
        assertThat(Recipe.error("seed: 1", "stages=[]")).contains("one key of a stage is set by --set stages.NAME");
        assertThat(Recipe.error("seed: 1", "data.train=[a")).startsWith("--set data.train=[a: malformed YAML");
        assertThat(Recipe.error("seed: 1", "data.train='a")).startsWith("--set data.train='a: malformed YAML");
        assertThat(Recipe.error("seed: 1", "output.dir=null")).startsWith("--set output.dir=null: no value (null)");
        assertThat(Recipe.error("seed: 1", "data.train=")).contains("write [] for an empty list");
        assertThat(Recipe.error("seed: 1", "data.train=[a]\nb: c"))
                .startsWith("--set data.train=[a]\\nb: c: malformed");
    }

    @Test
    void mistakesInStagesNameTheStage() {
        assertThat(Recipe.error(TWO_STAGES, "stages.thinc.train.steps=5"))
                .isEqualTo("--set stages.thinc.train.steps=5: no stage has the name 'thinc'; did you mean think? stages"
                        + " of this run: base, think (write stages.NAME.SECTION.KEY=VALUE)");
        assertThat(Recipe.error(TWO_STAGES, "stages.base.model.layers=5")).contains("is the same in all stages");
        assertThat(Recipe.error(TWO_STAGES, "stages.base.data.validation=x")).contains("held-out text is the same");
        assertThat(Recipe.error(TWO_STAGES, "stages.base.train.step=5"))
                .contains("did you mean stages.base.train.steps?");
        assertThat(Recipe.error(TWO_STAGES, "stages.base.seed=5")).contains("unknown key");
        assertThat(Recipe.error(TWO_STAGES, "stages.base=5"))
                .contains("unknown key")
                .contains("Keys of a stage: name, from, data");
        assertThat(Recipe.error(TWO_STAGES, "stages.base.train=5")).contains("train is a section");
    }

    @Test
    void whichStagesThereAreStandsInTheFile() {
        for (String key : List.of("name", "from")) {
            assertThat(Recipe.error(TWO_STAGES, "stages.think." + key + "=base"))
                    .isEqualTo(
                            "--set stages.think." + key + "=base: the names of the stages, and which starts from which,"
                                    + " stand in the file; change it there");
        }
    }

    private static String text(String assignment) {
        return Recipe.read("seed: 1", assignment).output().dir();
    }
}
