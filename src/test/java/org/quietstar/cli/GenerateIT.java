package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.data.SharedFiles;

/** {@code ./quietstar generate}, from a run and from a model's folder. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the start script needs a POSIX shell")
final class GenerateIT {
    @TempDir
    private static Path folder;

    private static Path run;

    @BeforeAll
    static void train() throws Exception {
        run = folder.resolve("run");
        Program.Outcome outcome = Program.run(folder, SmallRun.train(run, 2, 2));
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    }

    private static Program.Outcome generate(Path model, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("generate", model.toString()));
        arguments.addAll(List.of(more));
        return Program.run(folder, arguments);
    }

    @Test
    void aTrainedStoryTellerWritesTheRecordedText() throws Exception {
        Path model = SharedFiles.require("data/models/stories260K");
        Program.Outcome outcome =
                generate(model, "--prompt", "Once upon a time", "--temperature", "0", "--max-tokens", "40");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .isEqualTo(", there was a little girl named Lily. She loved to play outside in the park. One day, she"
                        + " saw a big, red ball.\n");
    }

    @Test
    void jsonLinesTellOfEveryTokenAndThought() throws Exception {
        Path prompts = Files.writeString(
                folder.resolve("prompts.txt"), "Tom has 3 apples\nLily\n\nAnd naïve ones\n", StandardCharsets.UTF_8);
        Program.Outcome outcome = generate(
                run, "--prompts", prompts.toString(), "--batch", "3", "--jsonl", "--max-tokens", "5", "--seed", "7");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        List<String> found = new ArrayList<>();
        for (String line : outcome.out().lines().toList()) {
            JsonNode json = new ObjectMapper().readTree(line);
            found.add(json.path("index").asInt() + " " + json.path("prompt").asText());
            assertThat(json.path("finish").asText()).isIn("length", "end_of_text");
            assertThat(json.path("tokens")).isNotEmpty().allSatisfy(token -> {
                assertThat(token.path("logprob").asDouble()).isNegative();
                assertThat(token.path("w").isNumber()).isTrue();
                assertThat(token.path("thought").path("ids")).hasSize(2);
            });
        }
        assertThat(found).containsExactlyInAnyOrder("0 Tom has 3 apples", "1 Lily", "2 ", "3 And naïve ones");
    }

    @Test
    void anExportedModelWritesWhatItsRunWrites() throws Exception {
        Path exported = folder.resolve("exported");
        Program.Outcome export = Program.run(folder, List.of("export", run.toString(), "--to", exported.toString()));
        assertThat(export.exitCode()).as(export.err()).isZero();
        assertThat(export.out()).contains("with thoughts");
        for (String thoughts : List.of("on", "off")) {
            String[] arguments = {
                "--prompt", "Tom has", "--thoughts", thoughts, "--temperature", "0", "--max-tokens", "12", "--jsonl"
            };
            String expected = generate(run, arguments).out();
            assertThat(expected).contains("logprob");
            var mapper = new ObjectMapper();
            assertThat(mapper.readTree(generate(exported, arguments).out())).isEqualTo(mapper.readTree(expected));
        }
    }

    @Test
    void thoughtsAreShownLineByLine() throws Exception {
        Program.Outcome outcome = generate(run, "--prompt", "Tom", "--thoughts", "show", "--max-tokens", "3");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        List<String> lines = outcome.out().lines().toList();
        assertThat(lines.get(0)).matches("token +log p +w +thought");
        assertThat(lines.subList(1, lines.size()))
                .isNotEmpty()
                .allSatisfy(line ->
                        assertThat(line).matches("(\".*\"|\\(end\\)) +-\\d+\\.\\d{4} +-?\\d\\.\\d{4} +\".*\" *"));
    }

    @Test
    void mistakesEndWithOneLine() throws Exception {
        assertMistake(List.of("neither a run", "config.yaml"), folder.toString(), "--prompt", "x");
        assertMistake(
                List.of("max-tokens 500", "positions", "on-limit slide"),
                run.toString(),
                "--prompt",
                "x",
                "--max-tokens",
                "500");
        assertMistake(List.of("--top-p is 2.0"), run.toString(), "--prompt", "x", "--top-p", "2");
        assertMistake(
                List.of("--think-when is \"often\"", "entropy>X"),
                run.toString(),
                "--prompt",
                "x",
                "--think-when",
                "often");
        assertMistake(List.of("--prompts", "gone.txt"), run.toString(), "--prompts", "gone.txt");
    }

    private static void assertMistake(List<String> named, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("generate"));
        all.addAll(List.of(arguments));
        Program.Outcome outcome = Program.run(folder, all);
        assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(outcome.err()).startsWith("quietstar: ").contains(named);
        assertThat(outcome.err().lines()).hasSize(1);
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void theBenchmarkEndsWithJson() throws Exception {
        Program.Outcome outcome = Program.run(folder, "bench", "generate", "--size", "tiny", "--tokens", "3", "--json");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        JsonNode json = new ObjectMapper().readTree(outcome.out());
        assertThat(json.path("parameters").asLong()).isEqualTo(869_504L);
        assertThat(json.path("weight_bytes_per_token").asLong()).isEqualTo(4 * 869_504L);
        for (String name : List.of("tokens_per_s", "thoughts_tokens_per_s", "share_of_copy", "copy_gb_per_s")) {
            assertThat(json.path(name).asDouble()).as(name).isPositive();
        }
    }
}
