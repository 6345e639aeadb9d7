package org.quietstar.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

/** Two keys that cannot hold together: the error names both, with values and places. */
class CrossChecksTest {

    @Test
    void heads() {
        assertThat(Recipe.error("model:\n  heads: 4\n  kvHeads: 3\n"))
                .isEqualTo(
                        "x.yaml:3: model.heads 4 (line 2) and model.kvHeads 3 (line 3) contradict each other; allowed: "
                                + "model.kvHeads must divide model.heads");
        assertThat(Recipe.error("model:\n  kvHeads: 3\n"))
                .startsWith("x.yaml:2: model.heads 4 (default) and model.kvHeads 3 (line 2) contradict");
        assertThat(Recipe.error("model:\n  heads: 6\n", "model.kvHeads=4"))
                .startsWith(
                        "--set model.kvHeads=4: model.heads 6 (x.yaml:2) and model.kvHeads 4 (--set model.kvHeads=4)");
        assertThat(Recipe.error("model: {hiddenSize: 130}"))
                .contains("model.hiddenSize 130 (line 1) and model.heads 4 (default)")
                .contains("or set model.headDim");
        assertThat(Recipe.error("model: {hiddenSize: 12}")).contains("rotary").contains("(here 3) is even");
        assertThat(Recipe.error("model: {ropeScalingFactor: 8, ropeLowFrequencyFactor: 4}"))
                .contains("model.ropeLowFrequencyFactor 4")
                .contains("model.ropeHighFrequencyFactor 4.0 (default)");
        assertThatCode(() -> Recipe.read("model: {ropeLowFrequencyFactor: 4}")).doesNotThrowAnyException();
        assertThat(Recipe.error("model: {headDim: 5}"))
                .startsWith("x.yaml:1: model.headDim 5 (line 1) is not possible");
        assertThatCode(() -> Recipe.read("model: {hiddenSize: 130, headDim: 32}"))
                .doesNotThrowAnyException();
    }

    @Test
    void rationales() {
        assertThat(Recipe.error("train: {mode: star}"))
                .contains("train.mode star (line 1) and star.task")
                .contains("'star' learns from questions");
        String star = "train: {mode: star, steps: 10}\nstar: {task: x.yaml, ";
        assertThat(Recipe.error(star + "turns: 3}"))
                .startsWith("x.yaml:2: train.steps 10 (line 1) and star.turns 3 (line 2) contradict")
                .contains("star.turns divides it");
        assertThat(Recipe.error(star + "turns: 2, hint: '{prompt}'}"))
                .startsWith("x.yaml:2: star.hint")
                .contains("both {prompt} and {answer}");
        assertThat(Recipe.error(star + "turns: 2}\noptimizer: {schedule: linear, warmupSteps: 6}"))
                .contains("a turn's steps, train.steps / star.turns = 5");
        assertThatCode(() -> Recipe.read(star + "turns: 2, hint: ''}\noptimizer: {schedule: linear, warmupSteps: 5}"))
                .doesNotThrowAnyException();
        // What another mode does not read contradicts nothing.
        assertThatCode(() -> Recipe.read("star: {turns: 3, hint: x}")).doesNotThrowAnyException();
    }

    @Test
    void votes() {
        assertThat(Recipe.error("evaluation: {taskVotes: 8}"))
                .contains("evaluation.taskVotes 8 (line 1) and evaluation.taskTemperature 0.0 (default)")
                .contains("taskTemperature: 0.7");
        assertThatCode(() -> Recipe.read("evaluation: {taskVotes: 8, taskTemperature: 0.7}"))
                .doesNotThrowAnyException();
    }

    @Test
    void adapters() {
        assertThat(Recipe.error("train: {lora: {rank: 2, targets: []}}"))
                .startsWith("x.yaml:1: train.lora.rank 2 (line 1) and train.lora.targets [] (line 1) contradict");
        assertThat(Recipe.error("stages:\n  - name: a\n    train: {lora: {rank: 2}}\n  - name: b"))
                .contains("train.lora.rank 0 (default)")
                .contains("{rank: 2, alpha: 16.0, targets: [q_proj, v_proj]}");
        assertThatCode(() -> Recipe.read("stages:\n  - name: a\n  - name: b\n    train: {lora: {rank: 2}}"))
                .doesNotThrowAnyException();
    }

    /** They stay for the stages that continue from one with adapters, not for those that start from one without. */
    @Test
    void adaptersOfBranches() {
        String yaml = """
                stages:
                  - name: base
                  - name: lora
                    train: {lora: {rank: 2}}
                  - name: plain
                    from: base
                  - name: last
                """;
        assertThatCode(() -> Recipe.read(yaml)).doesNotThrowAnyException();
        assertThat(Recipe.error(yaml + "    from: lora"))
                .contains("train.lora.rank 0 (default)")
                .contains("every stage that continues from one with adapters");
        assertThatCode(() -> Recipe.read(yaml + "    from: lora\n    train: {lora: {rank: 2}}"))
                .doesNotThrowAnyException();
    }

    @Test
    void tokenizer() {
        assertThat(Recipe.error("tokenizer:\n  kind: huggingface"))
                .startsWith(
                        "x.yaml:2: tokenizer.kind huggingface (line 2) and tokenizer.path \"\" (default) contradict");
        assertThat(Recipe.error("tokenizer:\n  path: t.json"))
                .startsWith("x.yaml:2: tokenizer.kind byte (default) and tokenizer.path t.json (line 2) contradict");
    }

    @Test
    void positions() {
        assertThat(Recipe.error("model: {maxPositions: 269}\n"))
                .startsWith("x.yaml:1: data.sequenceLength 256 (default) and thought.thoughtTokens 9 (default) and "
                        + "thought.lookahead 4 (default) and model.maxPositions 269 (line 1) contradict each other")
                .contains("= 270, at most model.maxPositions");
        assertThat(Recipe.read("model: {maxPositions: 270}").model().maxPositions())
                .isEqualTo(270);
        assertThat(Recipe.error("model: {maxPositions: 255}\ntrain: {mode: language-model}"))
                .contains("data.sequenceLength 256 (default) and model.maxPositions 255 (line 1)");
        assertThat(Recipe.error("seed: 1", "data.sequenceLength=2147483647")).contains("2147483661, at most");
    }

    @Test
    void targetsOfAThought() {
        String yaml = """
                data: {sequenceLength: 64}
                stages:
                  - name: base
                    data: {sequenceLength: 6}
                    train: {mode: language-model}
                  - name: think
                    loss: {rewardTrim: 1}
                    data:
                      sequenceLength: 6
                """;
        assertThat(Recipe.error(yaml))
                .isEqualTo("x.yaml:7: stages.think.data.sequenceLength 6 (line 9) and thought.lookahead 4 (default) and"
                        + " stages.think.loss.rewardTrim 1 (line 7) contradict each other; allowed: no position"
                        + " would have all its targets; data.sequenceLength is above lookahead + rewardTrim + 1"
                        + " = 6");
        assertThat(Recipe.read(yaml, "stages.think.data.sequenceLength=7").stages())
                .hasSize(2);
    }

    @Test
    void schedule() {
        String yaml = "optimizer: {schedule: cosine, warmupSteps: 30}\ntrain: {steps: 29}";
        assertThat(Recipe.error(yaml))
                .startsWith("x.yaml:1: optimizer.warmupSteps 30 (line 1) and train.steps 29 (line 2) and "
                        + "optimizer.schedule cosine (line 1) contradict each other");
        assertThatCode(() -> {
                    Recipe.read(yaml, "train.steps=30");
                    Recipe.read(yaml, "train.steps=0");
                    Recipe.read(yaml, "optimizer.schedule=constant");
                })
                .doesNotThrowAnyException();
    }

    @Test
    void heldOutText() {
        String yaml = "data: {validationFraction: 0}\ntrain: {evaluateEvery: 10}";
        assertThat(Recipe.error(yaml)).contains("train.evaluateEvery 10 (line 2) and data.validation [] (default)");
        assertThat(Recipe.read(yaml, "data.validation=held.txt")
                        .lastStage()
                        .data()
                        .validation())
                .containsExactly("held.txt");
    }

    /** The head is made once, by the first stage that trains thoughts, and stays for those that continue from it. */
    @Test
    void mixersOnOneLineOfDescent() {
        String yaml = """
                stages:
                  - name: first
                  - name: between
                    train: {mode: language-model}
                  - name: last
                    thought: {mixer: sigmoid}
                """;
        assertThat(Recipe.error(yaml))
                .isEqualTo("x.yaml:6: thought.mixer linear (default) and stages.last.thought.mixer sigmoid (line 6)"
                        + " contradict each other; allowed: the stages 'first' and 'last' train one mixing head, so they"
                        + " have the same thought.mixer");
        assertThat(
                        Recipe.error(
                                "thought: {mixer: sigmoid}\nstages:\n  - name: a\n    thought:\n      mixer: linear\n  - name: b"))
                .startsWith(
                        "x.yaml:1: stages.a.thought.mixer linear (line 5) and thought.mixer sigmoid (line 1) contradict");
        assertThatCode(() -> {
                    Recipe.read(yaml, "thought.mixer=sigmoid");
                    Recipe.read(yaml, "stages.first.train.mode=language-model");
                    Recipe.read("stages: [{name: base, train: {mode: language-model}}, {name: a},"
                            + " {name: b, from: base, thought: {mixer: sigmoid}}]");
                })
                .doesNotThrowAnyException();
    }

    @Test
    void rewards() {
        String yaml = "loss: {rewardBaseline: none}";
        assertThat(Recipe.error(yaml))
                .contains("loss.rewardBaseline none (line 1) and loss.clampNegative true (default)");
        assertThatCode(() -> {
                    Recipe.read(yaml, "loss.clampNegative=false");
                    Recipe.read(yaml, "train.mode=language-model");
                    Recipe.read("loss: {standardizeAdvantage: true}\nthought: {thoughtsPerPosition: 1}");
                })
                .doesNotThrowAnyException();
    }
}
