package org.quietstar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.checkpoint.SkippedCheckpointListener;
import org.quietstar.config.RunConfig;
import org.quietstar.eval.task.AnswerItem;
import org.quietstar.eval.task.AnswerTask;
import org.quietstar.hub.NonFinite;
import org.quietstar.train.MetricsLog;
import org.quietstar.train.Trainer;
import org.quietstar.train.TrainingListener;

/** Questions that are answered in the course of training, and the best checkpoint by them. */
class CourseAnswersTest {
    private static final Path ANSWERS = Path.of("datasets/tiny/answers.yaml");

    private static final String RECIPE = """
            seed: 5
            tokenizer: {kind: huggingface, path: datasets/tiny/tokenizer.json}
            data: {train: [datasets/tiny/train.jsonl], sequenceLength: 14, batchSize: 8, packing: pad}
            model: {hiddenSize: 16, intermediateSize: 24, layers: 1, heads: 2, kvHeads: 1, maxPositions: 64}
            thought: {thoughtTokens: 2, lookahead: 1}
            optimizer: {warmupSteps: 1, learningRate: 0.02}
            checkpoint: {everySteps: 3, keepLast: 1, bestBy: tasks}
            evaluation: {tasks: [datasets/tiny/answers.yaml], taskItems: 30, taskBatchSize: 30}
            stages:
              - {name: base, train: {mode: language-model, steps: 6, tasksEvery: 2, gradientNormsEvery: 0}}
              - {name: last, train: {mode: quiet-star, steps: 7, tasksEvery: 2}}
            """;

    @TempDir
    private Path folder;

    private static List<ObjectNode> metrics(Path run) {
        return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
                .map(line -> line.remove(MetricsLog.TIMING_KEYS))
                .toList();
    }

    private Path train(String name, String... sets) {
        Path run = folder.resolve(name);
        try (Trainer trainer = QuietStar.trainer(QuietStar.config(RECIPE, sets), run)) {
            trainer.train();
        }
        return run;
    }

    private static List<ObjectNode> withoutAnswers(List<ObjectNode> lines) {
        return lines.stream()
                .map(line -> line.deepCopy().remove(List.of("task_answers_without", "task_answers_with")))
                .toList();
    }

    private static Set<Integer> lines(AnswerTask task) {
        Set<Integer> lines = new HashSet<>();
        task.questions().forEach(item -> lines.add(item.line()));
        return lines;
    }

    @Test
    void whatIsAnsweredOnTheWayIsLoggedAndChangesNothing() {
        List<ObjectNode> lines = metrics(train("run"));
        // Every two steps of a stage, and with each checkpoint: every three steps, and at its end.
        assertThat(lines.stream().filter(line -> line.has("task_answers_without")))
                .extracting(line -> line.get("step").asInt())
                .containsExactly(2, 3, 4, 6, 8, 9, 10, 12, 13);
        assertThat(lines.stream().filter(line -> line.has("task_answers_with")))
                .extracting(line -> line.get("step").asInt())
                .containsExactly(8, 9, 10, 12, 13);
        assertThat(lines.get(12).get("task_answers_with").asDouble() * 30)
                .isCloseTo(
                        Math.rint(lines.get(12).get("task_answers_with").asDouble() * 30),
                        org.assertj.core.api.Assertions.within(1e-9));
        List<ObjectNode> other = metrics(train(
                "other", "stages.base.train.tasksEvery=0", "stages.last.train.tasksEvery=0", "checkpoint.bestBy=loss"));
        assertThat(withoutAnswers(lines)).isEqualTo(other);
    }

    @Test
    void theBestCheckpointHasTheMostRightAnswers() {
        Path run = train("best", "checkpoint.keepLast=9");
        Map<Integer, Double> shares = new LinkedHashMap<>();
        for (ObjectNode line : metrics(run)) {
            int step = line.get("step").asInt();
            if (step % 3 == 0 || step == 13) {
                String key = step > 6 ? "task_answers_with" : "task_answers_without";
                shares.put(step, line.get(key).asDouble());
            }
        }
        double most = shares.values().stream().max(Double::compare).orElseThrow();
        // Of equally good ones the newest.
        int best = shares.keySet().stream()
                .filter(step -> shares.get(step) == most)
                .reduce((first, second) -> second)
                .orElseThrow();
        try (QuietStar model =
                QuietStar.load(run, true, List.of(), NonFinite.REFUSED, SkippedCheckpointListener.log())) {
            assertThat(model.step()).hasValue(best);
            AnswerTask report = model.tasks().get(0);
            AnswerTask chosen = AnswerTask.read(ANSWERS).chosen(5, 30);
            assertThat(chosen.questions()).hasSize(30);
            assertThat(report.questions()).hasSize(970);
            assertThat(lines(report)).doesNotContainAnyElementsOf(lines(chosen));
        }
    }

    @Test
    void aStoppedRunContinuesBitForBit() {
        List<ObjectNode> whole = metrics(train("whole"));
        Path run = folder.resolve("stopped");
        try (Trainer trainer = QuietStar.trainer(QuietStar.config(RECIPE), run)) {
            trainer.addListener(new TrainingListener() {
                @Override
                public void onStep(int stageStep, Map<String, Object> metrics) {
                    if (metrics.get("step").equals(10L)) {
                        trainer.stop();
                    }
                }
            });
            assertThat(trainer.train()).isFalse();
        }
        List<Double> heard = new ArrayList<>();
        try (Trainer trainer = QuietStar.resume(run)) {
            trainer.addListener(new TrainingListener() {
                @Override
                public void onTasks(int stageStep, Map<String, Double> shares) {
                    heard.add(shares.get("task_answers_with"));
                }
            });
            assertThat(trainer.train()).isTrue();
        }
        assertThat(metrics(run)).isEqualTo(whole);
        assertThat(heard)
                .containsExactly(
                        whole.get(11).get("task_answers_with").asDouble(),
                        whole.get(12).get("task_answers_with").asDouble());
    }

    @Test
    void theChosenItemsAreHalfAtMostAndFollowTheSeed() {
        AnswerTask task = AnswerTask.read(ANSWERS);
        assertThat(task.chosen(1, 5000).questions()).hasSize(500);
        assertThat(lines(task.chosen(1, 40)))
                .isEqualTo(lines(task.chosen(1, 40)))
                .isNotEqualTo(lines(task.chosen(2, 40)));
        assertThat(lines(task.chosen(1, 80))).containsAll(lines(task.chosen(1, 40)));
        assertThat(task.chosen(1, 40).questions()).extracting(AnswerItem::line).isSorted();
        assertThat(task.withoutChosen(1, 40).questions()).hasSize(960);
    }

    @Test
    void contradictionsAreNamed() {
        assertThatThrownBy(() -> QuietStar.config(RECIPE, "evaluation.tasks=[]"))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("train.tasksEvery 2", "evaluation.tasks []");
        assertThatThrownBy(() ->
                        QuietStar.config(RECIPE, "stages.base.train.tasksEvery=0", "stages.last.train.tasksEvery=0"))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("checkpoint.bestBy tasks", "tasksEvery: 50");
        RunConfig config = QuietStar.config(RECIPE);
        try (Trainer trainer = Trainer.start(config, folder.resolve("alone"))) {
            assertThatThrownBy(trainer::train)
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContainingAll("train.tasksEvery", "QuietStar.trainer");
        }
    }
}
