package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Tasks at the end of a run and given to any model, as a user runs them. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the start script needs a POSIX shell")
final class TaskIT {
    private static final int ITEMS = 12;

    @TempDir
    private static Path folder;

    private static Path run;
    private static Path task;
    private static Program.Outcome trained;

    @BeforeAll
    static void train() throws Exception {
        List<String> all = Files.readAllLines(Path.of("datasets/tiny/answers.jsonl"));
        List<String> some = new ArrayList<>(all.subList(0, ITEMS / 2));
        some.addAll(all.subList(all.size() - ITEMS / 2, all.size()));
        Files.write(folder.resolve("walks.jsonl"), some);
        String yaml = Files.readString(Path.of("datasets/tiny/answers.yaml"));
        task = Files.writeString(folder.resolve("walks.yaml"), yaml.replace("answers.jsonl", "walks.jsonl"));
        run = folder.resolve("run");
        trained = Program.run(
                folder, SmallRun.train(run, 4, 3, "stages.plain.train.steps=3", "evaluation.tasks=" + task));
    }

    private static JsonNode summary(Path evaluation) throws IOException {
        return new ObjectMapper()
                .readTree(evaluation.resolve("summary.json").toFile())
                .get("walks");
    }

    private static Program.Outcome evaluate(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("evaluate"));
        all.addAll(List.of(arguments));
        return Program.run(folder, all);
    }

    @Test
    void trainingEndsWithTheTableTheExamplesAndTheFiles() throws Exception {
        assertThat(trained.err()).isEmpty();
        assertThat(trained.exitCode()).as(trained.out()).isZero();
        assertThat(trained.out())
                .contains("stage plain  3/3")
                .contains("second minus first")
                .contains("Right answers: 12 items of walks.jsonl, 10 choices, chance 0.100")
                .containsPattern("steps +items +plain training +without a thought +with a thought +another's thought")
                .containsPattern("\n1 +6 +0\\.\\d{3} \\[")
                .containsPattern("\n4 +6 +0\\.\\d{3} \\[")
                .containsPattern("\nall +12 +0\\.\\d{3} \\[")
                .contains("With a thought against plain: ", "exact McNemar test")
                .containsPattern("\nwrong +\\w+( \\w+){4} where \\| \\w");
        Path evaluation = run.resolve("evaluation");
        JsonNode shares = summary(evaluation);
        assertThat(shares.fieldNames())
                .toIterable()
                .containsExactly(
                        "without",
                        "with",
                        "plain",
                        "shuffled",
                        "probabilityWithout",
                        "probabilityWith",
                        "chance",
                        "items",
                        "groups");
        assertThat(shares.get("items").asInt()).isEqualTo(ITEMS);
        assertThat(Files.readAllLines(evaluation.resolve("walks.jsonl"))).hasSize(ITEMS);
        assertThat(Files.readAllBytes(evaluation.resolve("walks.png"))).startsWith(0x89, 'P', 'N', 'G');
        assertThat(trained.out()).contains(Files.readString(evaluation.resolve("walks.txt")));
    }

    @Test
    void evaluateRepeatsItWithTheRestOfTheRunsEvaluation() throws Exception {
        Path again = folder.resolve("again");
        Program.Outcome outcome = evaluate(run.toString(), "--out", again.toString());
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        for (String file : List.of("report.json", "walks.txt", "walks.md", "walks.jsonl", "summary.json")) {
            assertThat(again.resolve(file))
                    .hasSameTextualContentAs(run.resolve("evaluation").resolve(file));
        }
    }

    @Test
    void aRecipeSaysThatItsTasksAreAnsweredByChainOfThought() throws Exception {
        Path aloud = folder.resolve("aloud");
        String votes = "evaluation.taskVotes=1";
        Program.Outcome outcome = evaluate(run.toString(), "--set", votes, "--out", aloud.toString());
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).contains("by chain of thought, greedy");
        JsonNode summary =
                new ObjectMapper().readTree(aloud.resolve("summary.json").toFile());
        assertThat(summary.fieldNames()).toIterable().containsExactly("walks-cot");
        Path one = folder.resolve("aloud-alone");
        Program.Outcome alone =
                evaluate(run.toString(), "--set", votes, "--task", task.toString(), "--out", one.toString());
        assertThat(alone.err()).isEmpty();
        assertThat(new ObjectMapper().readTree(one.resolve("summary.json").toFile()))
                .isEqualTo(summary);
    }

    @Test
    void oneTaskIsGivenToARunAndToAnExportedFolder() throws Exception {
        Path ofRun = folder.resolve("of-run");
        Program.Outcome outcome = evaluate(run.toString(), "--task", task.toString(), "--out", ofRun.toString());
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).contains("plain training").doesNotContain("Held-out text");
        assertThat(summary(ofRun)).isEqualTo(summary(run.resolve("evaluation")));
        Path model = folder.resolve("model");
        assertThat(Program.run(folder, "export", run.toString(), "--to", model.toString())
                        .exitCode())
                .isZero();
        Path ofFolder = folder.resolve("of-folder");
        assertThat(evaluate(model.toString(), "--task", task.toString(), "--out", ofFolder.toString())
                        .exitCode())
                .isZero();
        for (String way : List.of("without", "with", "shuffled")) {
            assertThat(summary(ofFolder).get(way)).isEqualTo(summary(ofRun).get(way));
        }
        assertThat(summary(ofFolder).has("plain")).isFalse();
    }

    /** A task that comes with the program, with items of one's own: letters of five choices each. */
    @Test
    void aTaskOfTheProgramTakesItsItemsFromAFile() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (String right : List.of("A", "C", "E")) {
            lines.append("{\"answerKey\": \"")
                    .append(right)
                    .append("\", \"question\": {\"stem\": \"hall red\", \"choices\": [");
            lines.append(
                    "{\"text\": \"hall\"},{\"text\": \"attic\"},{\"text\": \"barn\"},{\"text\": \"porch\"},{\"text\": \"tower\"}]}}\n");
        }
        Path items = Files.writeString(folder.resolve("items.jsonl"), lines.toString());
        Path bytes = folder.resolve("of-bytes");
        assertThat(Program.run(
                                folder,
                                SmallRun.train(
                                        bytes,
                                        2,
                                        2,
                                        "tokenizer.kind=byte",
                                        "tokenizer.path=",
                                        "model.maxPositions=128"))
                        .exitCode())
                .isZero();
        Path out = folder.resolve("commonsense");
        Program.Outcome outcome = evaluate(
                bytes.toString(), "--task", "commonsenseqa", "--items", items.toString(), "--out", out.toString());
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .contains("3 items of items.jsonl, 5 choices, chance 0.200", "Mean probability of the right answer");
        assertThat(out.resolve("commonsenseqa.md")).content().contains("![Right answers by group](commonsenseqa.png)");
        assertThat(Files.readAllLines(out.resolve("commonsenseqa.jsonl"))).hasSize(3);
        assertThat(out.resolve("commonsenseqa.unfinished.jsonl")).doesNotExist();
        Program.Outcome none = evaluate(bytes.toString(), "--task", "commonsenseqa", "--items", "gone.jsonl");
        assertThat(none.exitCode()).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(none.err())
                .isEqualTo(
                        "quietstar: task commonsenseqa: items: gone.jsonl: no such file; name the file of the items with"
                                + " --items FILE: dev_rand_split.jsonl of CommonsenseQA\n");
    }

    @Test
    void theSizeOfTheBatchChangesNoProbability() throws Exception {
        Path small = folder.resolve("small-batches");
        assertThat(evaluate(
                                run.toString(),
                                "--task",
                                task.toString(),
                                "--set",
                                "evaluation.taskBatchSize=5",
                                "--out",
                                small.toString())
                        .exitCode())
                .isZero();
        var json = new ObjectMapper();
        List<String> expected = Files.readAllLines(run.resolve("evaluation/walks.jsonl"));
        List<String> actual = Files.readAllLines(small.resolve("walks.jsonl"));
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            for (String way : List.of("/plain", "/without", "/with", "/shuffled")) {
                assertThat(json.readTree(actual.get(i)).at(way + "/probability").asDouble())
                        .isCloseTo(
                                json.readTree(expected.get(i))
                                        .at(way + "/probability")
                                        .asDouble(),
                                Offset.offset(1e-5));
            }
            assertThat(json.readTree(actual.get(i)).at("/with/thought"))
                    .isEqualTo(json.readTree(expected.get(i)).at("/with/thought"));
        }
    }

    /** Two votes for each of twelve items, without and with thoughts; then the plain model's. */
    @Test
    void chainsOfThoughtVoteAndAreReportedLikeOtherTasks() throws Exception {
        Path out = folder.resolve("voted");
        String[] command = {
            run.toString(),
            "--task",
            task.toString(),
            "--cot",
            "--votes",
            "2",
            "--temperature",
            "1.5",
            "--out",
            out.toString()
        };
        Program.Outcome outcome = evaluate(command);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).as(outcome.out()).isZero();
        assertThat(outcome.out())
                .contains("stage answers  48/48", "stage answers  24/24")
                .contains("Right answers: 12 items of walks.jsonl, 10 choices, chance 0.100, by chain of thought,"
                        + " the majority of 2 votes, sampled at temperature 1.5")
                .containsPattern("steps +items +plain training +without a thought +with a thought\n")
                .contains("With a thought against plain: ", "Items whose text holds no answer: plain training ")
                .contains("prompt | reasoning | answer");
        JsonNode shares = new ObjectMapper()
                .readTree(out.resolve("summary.json").toFile())
                .get("walks-cot-maj2");
        assertThat(shares.fieldNames())
                .toIterable()
                .containsExactly(
                        "without",
                        "with",
                        "plain",
                        "unansweredWithout",
                        "unansweredWith",
                        "votes",
                        "temperature",
                        "chance",
                        "items",
                        "groups");
        assertThat(Files.readAllLines(out.resolve("walks-cot-maj2.jsonl")))
                .hasSize(ITEMS)
                .allMatch(line -> line.contains("\"with\":{") && line.contains("\"reasoning\":\""));
        assertThat(Files.readAllBytes(out.resolve("walks-cot-maj2.png"))).startsWith(0x89, 'P', 'N', 'G');
        assertThat(out.resolve("walks-cot-maj2.unfinished.jsonl")).doesNotExist();
        // What another setting left is not taken up, and that is said.
        Path left = out.resolve("walks-cot-maj2.unfinished.jsonl");
        Files.writeString(left, "{\"key\":\"other\"}\n{\"reasoning\":\"\",\"text\":\"hall\",\"pass\":0,\"point\":0}\n");
        Program.Outcome again = evaluate(command);
        assertThat(again.out())
                .contains(left + ": unfinished answers of another task, model or setting are discarded\n")
                .contains(Files.readString(out.resolve("walks-cot-maj2.txt")));
    }

    @Test
    void writtenAnswersAreThoseOfATaskOfTheProgram() throws Exception {
        Path items = Files.writeString(
                folder.resolve("short.jsonl"),
                "{\"question\": \"hall red\", \"answer\": \"attic\"}\n{\"question\": \"2 and 2\", \"answer\": 4}\n");
        Path out = folder.resolve("short");
        Program.Outcome outcome = evaluate(
                run.toString(), "--task", "short-answer", "--items", items.toString(), "--out", out.toString());
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).contains("Right answers: 2 items of short.jsonl, a written answer each\n");
        assertThat(Files.readAllLines(out.resolve("short-answer.jsonl")))
                .hasSize(2)
                .allMatch(line -> line.contains("\"votes\":[{\"text\":\""));
    }

    @Test
    void thoughtsAreGreedyOnDemandAndAStageIsTakenByItsName() throws Exception {
        Program.Outcome greedy = evaluate(
                run.toString(),
                "--task",
                task.toString(),
                "--thought-temperature",
                "0",
                "--out",
                folder.resolve("greedy").toString());
        assertThat(greedy.exitCode()).as(greedy.err()).isZero();
        assertThat(greedy.out()).contains("Thoughts are greedy.");
        Program.Outcome plain = evaluate(
                run.toString(),
                "--stage",
                "plain",
                "--task",
                task.toString(),
                "--out",
                folder.resolve("plain").toString());
        assertThat(plain.exitCode()).as(plain.err()).isZero();
        assertThat(plain.out()).doesNotContain("with a thought");
        assertThat(summary(folder.resolve("plain")).get("without"))
                .isEqualTo(summary(run.resolve("evaluation")).get("plain"));
    }

    private static void assertRefused(Program.Outcome outcome, String message) {
        assertThat(outcome.exitCode()).as(outcome.out()).isEqualTo(2);
        assertThat(outcome.err()).startsWith("quietstar: ").contains(message).doesNotContain("\tat ");
        assertThat(outcome.err().lines()).hasSize(1);
    }

    @Test
    void aWrongTaskIsRefusedBeforeAnythingIsTrained() throws Exception {
        Path target = folder.resolve("refused");
        Path wrong = Files.writeString(
                folder.resolve("wrong.yaml"), Files.readString(task).replace("group: steps", "group: stages"));
        assertRefused(
                Program.run(folder, SmallRun.train(target, 2, 2, "evaluation.tasks=" + wrong)),
                folder.resolve("walks.jsonl") + ":1: no field 'stages', which " + wrong + ":3 names as group");
        Path tooLong = Files.writeString(
                folder.resolve("long.yaml"),
                Files.readString(task)
                        .replace("stable]", "stable, " + "stable ".repeat(70).strip() + "]"));
        assertRefused(
                Program.run(folder, SmallRun.train(target, 2, 2, "evaluation.tasks=" + tooLong)),
                folder.resolve("walks.jsonl")
                        + ":1: the answer alone, of 70 tokens, takes 74 positions, but the model has 64;"
                        + " shorten the answer");
        assertThat(target).doesNotExist();
        assertRefused(
                evaluate(run.toString(), "--task", tooLong.toString()),
                folder.resolve("walks.jsonl") + ":1: the answer alone");
    }

    @Test
    void optionsThatContradictAreRefused() throws Exception {
        assertRefused(
                evaluate(run.toString(), "--task", task.toString(), "--data", "text.txt"),
                "evaluate: --task " + task + " answers a task and --data text.txt scores text; give one of them");
        assertRefused(
                evaluate(run.toString(), "--thought-temperature", "0"),
                "evaluate: --thought-temperature is for --task");
        assertRefused(
                evaluate(run.toString(), "--task", folder.resolve("none.yaml").toString()),
                folder.resolve("none.yaml") + ": no such file; a task is a small YAML file");
    }
}
