package org.quietstar.golden;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.quietstar.golden.GoldenTensors.Tensor;

/**
 * Writes what {@link IndependentQuietStar} computes of random weights and texts as a folder of recorded numbers, in double
 * precision: {@code new GoldenRecording(GoldenOptions.DEFAULTS, 1).write(folder)}.
 */
final class GoldenRecording {
    /** The recordings in the test resources: name, options, seed. */
    static final Map<String, GoldenRecording> SHIPPED = Map.of(
            "defaults", new GoldenRecording(GoldenOptions.DEFAULTS, 1),
            "options", new GoldenRecording(GoldenOptions.OPTIONS, 2));

    /** The parts of the loss, in their order, by the names of the files with their gradients. */
    static final Map<String, String> PARTS = parts();

    private final GoldenOptions o;
    private final long seed;

    GoldenRecording(GoldenOptions options, long seed) {
        this.o = options;
        this.seed = seed;
    }

    private static Map<String, String> parts() {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("total", "loss");
        parts.put("base", "loss_base");
        parts.put("talk", "loss_talk");
        parts.put("policy", "loss_policy");
        return Collections.unmodifiableMap(parts);
    }

    /** Writes the recordings of the test resources below the folder that is named. */
    public static void main(String[] args) throws IOException {
        for (var recording : SHIPPED.entrySet()) {
            recording.getValue().write(Path.of(args[0], recording.getKey()));
        }
    }

    /** Draws weights, text and noise, computes, and writes all files. */
    void write(Path folder) throws IOException {
        var random = new Random(seed);
        Map<String, double[]> weights = new LinkedHashMap<>();
        o.shapes().forEach((name, shape) -> weights.put(name, drawn(random, name, shape)));
        int[] x = random.ints((long) o.batch() * o.length(), 0, o.vocab()).toArray();
        double[] gumbel = random.doubles((long) o.tokens() * o.batch() * o.thoughts() * o.length() * o.vocab())
                .map(u -> -StrictMath.log(-StrictMath.log(u)))
                .toArray();
        var computed = new IndependentQuietStar(o, weights, x, gumbel);
        var tensors = new GoldenTensors(computed, o);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        double[] ids = Arrays.stream(x).asDoubleStream().toArray();
        inputs.put("x", new Tensor(true, ids, o.batch(), o.length()));
        inputs.put("gumbel", new Tensor(false, gumbel, o.tokens(), o.batch(), o.thoughts(), o.length(), o.vocab()));
        inputs.put("tokens", tensors.drawn());
        Map<String, Map<String, Tensor>> files = new LinkedHashMap<>();
        files.put("weights", ofParameters(weights));
        files.put("inputs", inputs);
        files.put("acts", tensors.activations());
        PARTS.forEach((part, loss) -> files.put("grads_" + part, ofParameters(computed.gradients(loss))));
        Files.createDirectories(folder);
        for (var file : files.entrySet()) {
            Files.write(folder.resolve(file.getKey() + ".safetensors"), safetensors(file.getValue()));
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("config", o.json());
        json.put("B", o.batch());
        json.put("L", o.length());
        json.put("losses_f64", computed.losses());
        Map<String, Map<String, int[]>> shapes = new LinkedHashMap<>();
        files.forEach((name, all) -> {
            shapes.put(name, new LinkedHashMap<>());
            all.forEach((tensor, values) -> shapes.get(name).put(tensor, values.shape()));
        });
        json.put("files", shapes);
        Files.writeString(folder.resolve("golden.json"), new ObjectMapper().writeValueAsString(json) + "\n");
    }

    /** Uniform, with the deviation that the kind of parameter wants. */
    private static double[] drawn(Random random, String name, int... shape) {
        boolean norm = name.endsWith("norm.weight");
        double deviation = name.contains("talk_head") ? 0.5 : norm ? 0.1 : 0.3;
        return random.doubles(GoldenOptions.count(shape))
                .map(u -> (norm ? 1 : 0) + deviation * 3.5 * (u - 0.5))
                .toArray();
    }

    private Map<String, Tensor> ofParameters(Map<String, double[]> values) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        values.forEach((name, value) ->
                tensors.put(name, new Tensor(false, value, o.shapes().get(name))));
        return tensors;
    }

    /** The bytes of a file: the header's length, the header, the numbers. */
    private static byte[] safetensors(Map<String, Tensor> tensors) throws IOException {
        Map<String, Object> header = new LinkedHashMap<>();
        int end = 0;
        for (var tensor : tensors.entrySet()) {
            int begin = end;
            end += tensor.getValue().values().length * (tensor.getValue().whole() ? 4 : 8);
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("dtype", tensor.getValue().whole() ? "I32" : "F64");
            entry.put("shape", tensor.getValue().shape());
            entry.put("data_offsets", new int[] {begin, end});
            header.put(tensor.getKey(), entry);
        }
        String text = new ObjectMapper().writeValueAsString(header);
        byte[] json = (text + " ".repeat(7 - (text.length() + 7) % 8)).getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + end).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        for (Tensor tensor : tensors.values()) {
            for (double value : tensor.values()) {
                if (tensor.whole()) {
                    bytes.putInt((int) value);
                } else {
                    bytes.putDouble(value);
                }
            }
        }
        return bytes.array();
    }
}
