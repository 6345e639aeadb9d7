package org.quietstar.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.data.SharedFiles;
import org.quietstar.safetensors.SafetensorsReader;

/** The oracle itself: against another program's numbers, against differences, and against what was recorded of it. */
class IndependentQuietStarTest {
    /** The other program's numbers were stored in single precision. */
    private static final double SINGLE = 2e-6;

    @TempDir
    private Path folder;

    private static Map<String, double[]> read(Path file) {
        Map<String, double[]> tensors = new LinkedHashMap<>();
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            for (String name : reader.names()) {
                try (INDArray array = reader.read(name, DataType.DOUBLE)) {
                    tensors.put(name, array.reshape(array.length()).toDoubleVector());
                }
            }
        }
        return tensors;
    }

    private static void assertClose(String name, double[] ours, double[] recorded) {
        double largest = Arrays.stream(recorded).map(Math::abs).max().orElseThrow();
        assertThat(ours).as(name).hasSameSizeAs(recorded);
        for (int i = 0; i < ours.length; i++) {
            assertThat(ours[i]).as(name).isCloseTo(recorded[i], within(SINGLE * largest));
        }
    }

    private static GoldenOptions options(JsonNode root) {
        JsonNode c = root.get("config");
        List<Integer> banned = new ArrayList<>();
        c.get("ban_ids").forEach(id -> banned.add(id.intValue()));
        return new GoldenOptions(
                c.get("vocab").intValue(),
                c.get("dim").intValue(),
                c.get("layers").intValue(),
                c.get("heads").intValue(),
                c.get("kv").intValue(),
                c.get("ffn").intValue(),
                root.get("B").intValue(),
                root.get("L").intValue(),
                c.get("N").intValue(),
                c.get("T").intValue(),
                c.get("A").intValue(),
                c.get("rope_theta").doubleValue(),
                c.get("eps").doubleValue(),
                c.get("tied").booleanValue(),
                c.get("mix_act").textValue().equals("sigmoid"),
                c.get("sample_temp").doubleValue(),
                c.get("reinforce_temp").doubleValue(),
                c.get("positive_only").booleanValue(),
                c.get("reward").textValue().equals("talk"),
                c.get("reward_trim").intValue(),
                c.get("w_base").doubleValue(),
                c.get("w_talk").doubleValue(),
                c.get("w_policy").doubleValue(),
                c.get("pad_id").intValue(),
                banned,
                c.get("think_scale").doubleValue());
    }

    /** What makes it an oracle: a PyTorch program that others wrote computed the same. */
    @ParameterizedTest
    @ValueSource(strings = {"a", "b"})
    void thePyTorchProgramsNumbersAreItsOwn(String name) throws IOException {
        Path golden = SharedFiles.require("golden/" + name);
        JsonNode root = new ObjectMapper().readTree(Files.readString(golden.resolve("golden.json")));
        GoldenOptions options = options(root);
        Map<String, double[]> inputs = read(golden.resolve("inputs.safetensors"));
        int[] x = Arrays.stream(inputs.get("x")).mapToInt(v -> (int) v).toArray();
        var computed =
                new IndependentQuietStar(options, read(golden.resolve("weights.safetensors")), x, inputs.get("gumbel"));
        root.get("losses_f64")
                .properties()
                .forEach(loss -> assertThat(computed.losses().get(loss.getKey()))
                        .as(loss.getKey())
                        .isCloseTo(loss.getValue().doubleValue(), within(1e-12)));
        var tensors = new GoldenTensors(computed, options);
        assertThat(tensors.drawn().values()).isEqualTo(inputs.get("tokens"));
        Map<String, GoldenTensors.Tensor> ours = tensors.activations();
        read(golden.resolve("acts.safetensors")).forEach((tensor, recorded) -> {
            if (!tensor.equals("talk_k")) {
                assertClose(tensor, ours.get(tensor).values(), recorded);
            }
        });
        GoldenRecording.PARTS.forEach((part, loss) -> {
            Map<String, double[]> gradients = computed.gradients(loss);
            read(golden.resolve("grads_" + part + ".safetensors"))
                    .forEach((tensor, recorded) -> assertClose(part + " " + tensor, gradients.get(tensor), recorded));
        });
    }

    /** Thoughts stay the same, since their logits differ by more than a step of the difference. */
    @Test
    void gradientsAreDifferences() {
        GoldenOptions options = GoldenOptions.OPTIONS;
        Map<String, double[]> weights = new LinkedHashMap<>();
        var random = new Random(3);
        options.shapes()
                .forEach((name, shape) -> weights.put(
                        name,
                        random.doubles(GoldenOptions.count(shape), -0.7, 0.7).toArray()));
        int[] x = random.ints(options.length(), 0, options.vocab()).toArray();
        double[] gumbel = new double[options.tokens() * options.thoughts() * options.length() * options.vocab()];
        Arrays.setAll(gumbel, i -> 10 * random.nextDouble());
        var at = new IndependentQuietStar(options, weights, x, gumbel);
        double step = 1e-5;
        for (String loss : List.of("loss_base", "loss_talk")) {
            Map<String, double[]> gradients = at.gradients(loss);
            weights.forEach((name, values) -> {
                int i = random.nextInt(values.length);
                double value = values[i];
                values[i] = value + step;
                double above = new IndependentQuietStar(options, weights, x, gumbel)
                        .losses()
                        .get(loss);
                values[i] = value - step;
                double below = new IndependentQuietStar(options, weights, x, gumbel)
                        .losses()
                        .get(loss);
                values[i] = value;
                assertThat(gradients.get(name)[i])
                        .as(loss + " " + name + " " + i)
                        .isCloseTo((above - below) / (2 * step), within(1e-8));
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"defaults", "options"})
    void theRecordedFoldersAreItsOwn(String name) throws IOException {
        GoldenRecording.SHIPPED.get(name).write(folder);
        Path recorded = Path.of("src/test/resources/recorded/golden").resolve(name);
        try (var files = Files.list(recorded)) {
            for (Path file : files.toList()) {
                assertThat(folder.resolve(file.getFileName())).hasSameBinaryContentAs(file);
            }
        }
    }
}
