package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStar;
import org.quietstar.generate.GenerateOptions;
import org.quietstar.generate.GeneratedToken;
import org.quietstar.generate.Generation;
import org.quietstar.generate.GenerationListener;
import org.quietstar.safetensors.ShardedSafetensors;

/** A run and an export that version 0.1.0 has written are read, and continue as they would have continued there. */
class EarlierVersionTest {
    private static final Path RECORDED = Path.of("src/test/resources/recorded/version-0.1.0");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    /** Stopped after step 43 of 46; the export is of step 46. */
    @Test
    void aRunContinues() throws IOException {
        Path run = folder.resolve("run");
        copy(RECORDED.resolve("run"), run);
        try (Trainer trainer = Trainer.resume(run, StoppedRuns.NONE_SKIPPED)) {
            assertThat(trainer.step()).isEqualTo(43);
            assertThat(trainer.train()).isTrue();
            assertThat(trainer.step()).isEqualTo(46);
            try (ShardedSafetensors weights = ShardedSafetensors.open(RECORDED.resolve("export"), "model")) {
                trainer.model().decoder().asMap().forEach((name, array) -> {
                    try (INDArray theirs = weights.read(name)) {
                        assertThat(array.distance2(theirs))
                                .as(name)
                                .isLessThan(1e-4 * theirs.norm2Number().doubleValue());
                    }
                });
            }
        }
        List<String> theirs = Files.readAllLines(RECORDED.resolve("all-metrics.jsonl"));
        List<String> ours = Files.readAllLines(run.resolve("metrics.jsonl"));
        assertThat(ours).hasSize(3);
        for (int i = 0; i < ours.size(); i++) {
            JsonNode line = JSON.readTree(ours.get(i));
            JsonNode recorded = JSON.readTree(theirs.get(43 + i));
            for (String metric : List.of("step", "loss", "nll_base", "nll_thought", "policy_loss", "learning_rate")) {
                assertThat(line.path(metric).asDouble(Double.NaN))
                        .as(metric + " of step " + recorded.path("step"))
                        .isCloseTo(recorded.path(metric).asDouble(), within(1e-4));
            }
        }
    }

    @Test
    void anExportGenerates() throws IOException {
        JsonNode recorded = JSON.readTree(Files.readString(RECORDED.resolve("generated.jsonl")));
        GenerateOptions options = GenerateOptions.builder()
                .temperature(0)
                .thoughtTemperature(0)
                .maxTokens(24)
                .seed(1)
                .build();
        try (QuietStar model = QuietStar.load(RECORDED.resolve("export"))) {
            assertThat(model.thinks()).isTrue();
            Generation ours = model.generate(
                            List.of(recorded.path("prompt").asText()), options, GenerationListener.none())
                    .get(0);
            assertThat(ours.text()).isEqualTo(recorded.path("text").asText());
            for (int i = 0; i < ours.tokens().size(); i++) {
                GeneratedToken token = ours.tokens().get(i);
                JsonNode theirs = recorded.path("tokens").path(i);
                assertThat(token.id()).isEqualTo(theirs.path("id").asInt());
                assertThat(token.logProbability())
                        .isCloseTo(theirs.path("logprob").asDouble(), within(1e-5));
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
