package org.quietstar.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quietstar.QuietStarException;
import org.quietstar.data.SharedFiles;

/** docs/algorithm.md, section 10.5: the numbers that an independent program recorded. */
class GoldenCheckTest {
    private static final Path RECORDED = Path.of("src/test/resources/recorded/golden");
    private static final double TOLERANCE = 1e-5;

    @TempDir
    private Path temporary;

    private static JsonNode json(Path folder) {
        try {
            return new ObjectMapper().readTree(Files.readString(folder.resolve("golden.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Recorded in double precision by a program that stands in the tests. */
    @ParameterizedTest
    @ValueSource(strings = {"defaults", "options"})
    void everyRecordedNumberIsOurs(String name) {
        everyNumberIsOurs(RECORDED.resolve(name), 1e-9);
    }

    /** Recorded in single precision by a PyTorch program. */
    @ParameterizedTest
    @ValueSource(strings = {"a", "b"})
    void everyNumberOfThePyTorchProgramIsOurs(String name) {
        everyNumberIsOurs(SharedFiles.require("golden/" + name), TOLERANCE);
    }

    private static void everyNumberIsOurs(Path folder, double tolerance) {
        List<GoldenCheck.Row> rows = GoldenCheck.run(folder);
        assertThat(rows)
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.error()).as(row.name()).isLessThan(tolerance));
        Set<String> expected = new HashSet<>();
        expected.add("tokens drawn with the recorded noise");
        json(folder).get("losses_f64").fieldNames().forEachRemaining(loss -> expected.add("loss " + loss));
        json(folder)
                .get("files")
                .properties()
                .forEach(file -> file.getValue().fieldNames().forEachRemaining(tensor -> {
                    if (file.getKey().equals("acts")) {
                        expected.add("act " + tensor);
                    } else if (file.getKey().startsWith("grads_")) {
                        String part = file.getKey().substring("grads_".length());
                        expected.add("grad " + part + " " + tensor);
                        if (part.equals("total")) {
                            expected.add("step grad " + tensor);
                            expected.add("step loss");
                        }
                    }
                }));
        assertThat(rows.stream().map(GoldenCheck.Row::name)).containsExactlyInAnyOrderElementsOf(expected);
    }

    /** A copy that may be spoilt, of a folder without the gradients, save those of one file. */
    private Path copy(String gradients) throws IOException {
        try (var files = Files.list(RECORDED.resolve("defaults"))) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (!name.startsWith("grads_") || name.equals(gradients)) {
                    Files.write(temporary.resolve(name), Files.readAllBytes(file));
                }
            }
        }
        return temporary;
    }

    @ParameterizedTest
    @CsvSource({"weights.safetensors, loss", "acts.safetensors, act", "grads_total.safetensors, grad total"})
    void oneWrongNumberIsNoticed(String file, String prefix) throws IOException {
        Path folder = copy(file);
        try (var bytes = new RandomAccessFile(folder.resolve(file).toFile(), "rw")) {
            // The last tensor's last number, with the sign in its last byte.
            bytes.seek(bytes.length() - 1);
            int last = bytes.read();
            bytes.seek(bytes.length() - 1);
            bytes.write(last ^ 0x80);
        }
        assertThat(GoldenCheck.run(folder)).anySatisfy(row -> {
            assertThat(row.name()).startsWith(prefix);
            assertThat(row.error()).isGreaterThan(TOLERANCE);
        });
    }

    private static void setConfig(Path folder, String key, Object value) throws IOException {
        var root = (ObjectNode) json(folder);
        ((ObjectNode) root.get("config")).set(key, new ObjectMapper().valueToTree(value));
        Files.writeString(folder.resolve("golden.json"), root.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "reinforce_temp, 2.5, loss loss_policy",
        "positive_only, false, act adv",
        "w_policy, 0.5, loss loss",
        "w_base, 0.25, loss loss",
        "w_talk, 0.25, loss loss",
        "think_scale, 1.5, act slot0.h0",
        "mix_act, sigmoid, act mixed0.w",
        "reward, talk, act reward",
        "ban_ids, 5, act slot0.logits",
        "sample_temp, 0.5, tokens drawn with the recorded noise",
        "pad_id, 1, act slot5.h0",
    })
    void everySettingCounts(String key, String value, String row) throws IOException {
        Path folder = copy("none");
        Object setting = key.equals("ban_ids")
                ? List.of(Integer.valueOf(value))
                : new ObjectMapper()
                        .readValue(
                                key.startsWith("mix") || key.equals("reward") ? "\"" + value + "\"" : value,
                                Object.class);
        setConfig(folder, key, setting);
        assertThat(GoldenCheck.run(folder)).anySatisfy(each -> {
            assertThat(each.name()).isEqualTo(row);
            assertThat(each.error()).as(key).isGreaterThan(TOLERANCE);
        });
    }

    @Test
    void aSettingThatIsNotKnownIsNamed() throws IOException {
        Path folder = copy("none");
        setConfig(folder, "mix_act", "tanh");
        assertThatThrownBy(() -> GoldenCheck.run(folder))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("mix_act")
                .hasMessageContaining("tanh")
                .hasMessageContaining("sigmoid");
        setConfig(folder, "mix_act", "none");
        setConfig(folder, "T", "three");
        assertThatThrownBy(() -> GoldenCheck.run(folder))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("config.T")
                .hasMessageContaining("three");
    }

    @Test
    void aFolderThatIsNoGoldenFolderIsNamed() {
        Path nowhere = temporary.resolve("nowhere");
        assertThatThrownBy(() -> GoldenCheck.run(nowhere))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("nowhere")
                .hasMessageContaining("golden.json")
                .hasMessageContaining("inputs.safetensors");
    }
}
