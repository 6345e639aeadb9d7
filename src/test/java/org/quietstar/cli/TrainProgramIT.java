package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.train.MetricsLog;

/** {@code ./quietstar train} and {@code evaluate} as a user runs them. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the start script needs a POSIX shell")
final class TrainProgramIT {
    private static final int STEPS = 6;

    @TempDir
    private static Path folder;

    private static Path run;
    private static Program.Outcome outcome;

    @BeforeAll
    static void train() throws Exception {
        run = folder.resolve("run");
        outcome = Program.run(folder, SmallRun.train(run, STEPS, STEPS, "checkpoint.everySteps=2"));
    }

    @Test
    void bothStagesAreTrainedAndEvaluatedAndNothingElseIsPrinted() {
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .contains("run: " + run)
                .contains("stage base  6/6")
                .contains("stage quiet-star  6/6")
                .contains("Held-out text: 300 tokens")
                .contains("NLL (nats per token)")
                .contains("Gain by difficulty")
                .contains("evaluation: " + run.resolve("evaluation"))
                .containsPattern("peak memory \\d+ MiB")
                .doesNotContain("Added differentiated op")
                .doesNotContain("SLF4J")
                .doesNotContain("[main]");
    }

    @Test
    void theRunsFolderHoldsEverything() throws Exception {
        assertThat(run.resolve("config.yaml")).isNotEmptyFile();
        for (String picture : List.of("training.png", "evaluation/gain.png")) {
            byte[] png = Files.readAllBytes(run.resolve(picture));
            assertThat(png).startsWith(0x89, 'P', 'N', 'G');
        }
        JsonNode report = new ObjectMapper()
                .readTree(run.resolve("evaluation/report.json").toFile());
        assertThat(report.findValue("tokens").asInt()).isEqualTo(300);
        assertThat(outcome.out()).contains(Files.readString(run.resolve("evaluation/report.txt")));
        assertThat(run.resolve("checkpoints/step-00000012/manifest.json")).isNotEmptyFile();
        assertThat(run.resolve("checkpoints/step-00000010/manifest.json")).isNotEmptyFile();
        assertThat(run.resolve("checkpoints")).isDirectoryNotContaining("glob:**.writing*");
    }

    @Test
    void everyStepIsLoggedWithEveryKey() {
        List<ObjectNode> lines = MetricsLog.read(run.resolve("metrics.jsonl"));
        assertThat(lines).hasSize(2 * STEPS);
        for (int i = 0; i < lines.size(); i++) {
            ObjectNode line = lines.get(i);
            assertThat(line.get("step").asInt()).isEqualTo(i + 1);
            assertThat(line.get("stage").asText()).isEqualTo(i < STEPS ? "base" : "quiet-star");
            assertNumbers(
                    line,
                    "loss",
                    "nll_base",
                    "grad_norm",
                    "learning_rate",
                    "skipped_steps",
                    "tokens",
                    "tokens_per_s",
                    "peak_memory_mib");
            assertThat(line.get("tokens").asInt()).isEqualTo(32);
            if (i >= STEPS) {
                assertThoughts(line);
            }
        }
    }

    private static void assertThoughts(ObjectNode line) {
        assertNumbers(
                line,
                "nll_thought",
                "policy_loss",
                "reward_mean",
                "reward_std",
                "advantage_positive_share",
                "mix_weight_mean",
                "mix_weight_min",
                "mix_weight_max",
                "thought_entropy",
                "grad_norm_nll",
                "grad_norm_policy");
        assertThat(line.get("nll_thought_k")).hasSize(2).allMatch(JsonNode::isNumber);
        double ofEachK = (line.get("nll_thought_k").get(0).asDouble()
                        + line.get("nll_thought_k").get(1).asDouble())
                / 2;
        assertThat(line.get("nll_thought").asDouble()).isCloseTo(ofEachK, org.assertj.core.data.Offset.offset(1e-5));
        assertThat(line.get("advantage_positive_share").asDouble()).isBetween(0.0, 1.0);
        assertThat(line.get("mix_weight_mean").asDouble())
                .isBetween(
                        line.get("mix_weight_min").asDouble(),
                        line.get("mix_weight_max").asDouble());
        assertThat(line.get("thought_entropy").asDouble()).isBetween(0.0, Math.log(27));
    }

    private static void assertNumbers(ObjectNode line, String... keys) {
        for (String key : keys) {
            assertThat(line.path(key).isNumber()).as("%s in %s", key, line).isTrue();
        }
    }

    @Test
    void theSameSeedGivesTheSameMetricsAndAnotherSeedOthers() throws Exception {
        Path again = folder.resolve("again");
        Path other = folder.resolve("other");
        assertThat(Program.run(folder, SmallRun.train(again, STEPS, STEPS, "checkpoint.everySteps=5"))
                        .exitCode())
                .isZero();
        assertThat(Program.run(folder, SmallRun.train(other, STEPS, 0, "seed=43"))
                        .exitCode())
                .isZero();
        assertThat(metrics(again)).isEqualTo(metrics(run));
        assertThat(metrics(other)).isNotEqualTo(metrics(run).subList(0, STEPS));
        assertThat(again.resolve("evaluation/report.json"))
                .hasSameTextualContentAs(run.resolve("evaluation/report.json"));
    }

    private static List<ObjectNode> metrics(Path run) {
        return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
                .map(MetricsLog::withoutTimings)
                .toList();
    }

    @Test
    void evaluateRepeatsTheRunsOwnAndTakesOtherText() throws Exception {
        Path report = folder.resolve("repeated");
        Program.Outcome repeated = Program.run(folder, "evaluate", run.toString(), "--out", report.toString());
        assertThat(repeated.err()).isEmpty();
        assertThat(repeated.exitCode()).isZero();
        assertThat(repeated.out()).contains("checkpoint: step 12 of " + run);
        assertThat(report.resolve("report.json")).hasSameTextualContentAs(run.resolve("evaluation/report.json"));

        Path text = Files.writeString(folder.resolve("other.txt"), "hall red wait blue wait where tower .\n".repeat(5));
        Program.Outcome other = Program.run(folder, "evaluate", run.toString(), "--data", text.toString());
        assertThat(other.err()).isEmpty();
        assertThat(other.exitCode()).isZero();
        assertThat(run.resolve("evaluation-other.txt/report.json")).isNotEmptyFile();
        assertThat(run.resolve("evaluation-other.txt/gain.png")).isNotEmptyFile();
    }

    @Test
    void evaluateComparesTwoModels() throws Exception {
        Program.Outcome itself = Program.run(folder, "evaluate", run.toString(), "--against", run.toString());
        assertThat(itself.err()).isEmpty();
        assertThat(itself.exitCode()).isZero();
        assertThat(itself.out()).contains("second minus first", "+0.0000   95 % interval [+0.0000, +0.0000]");
    }
}
