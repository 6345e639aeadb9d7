package org.quietstar.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.runtime.ChildJvm;
import org.quietstar.runtime.ProcessMemory;
import org.quietstar.safetensors.SafetensorsBytes;

/** Loading a model takes hardly more memory than the model. */
class PretrainedMemoryTest {
    private static final ModelConfig MODEL = ModelConfig.defaults()
            .withVocabSize(16384)
            .withHiddenSize(1024)
            .withIntermediateSize(4096)
            .withHeads(16)
            .withKvHeads(16)
            .withHeadDim(64)
            .withMaxPositions(64);

    @TempDir
    private Path folder;

    @Test
    @EnabledOnOs(OS.LINUX)
    void aBrainFloatModelWithARepeatedHeadTakesAQuarterMoreAtMost() throws Exception {
        Path file = folder.resolve("model.safetensors");
        long floatBytes = writeZeros(file);
        String said = ChildJvm.run(
                folder.resolve("output.txt"),
                120,
                List.of(
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-Dorg.bytedeco.javacpp.maxbytes=0",
                        "-Dorg.bytedeco.javacpp.maxphysicalbytes=0"),
                Loader.class.getName(),
                file.toString());
        String last = said.strip().lines().reduce((a, b) -> b).orElseThrow();
        double more = Double.parseDouble(last.replace("peak MiB above the start: ", ""));
        double model = floatBytes / 1024.0 / 1024;
        assertThat(more).as(said).isBetween(0.95 * model, 1.25 * model);
    }

    /** A sparse file of zeros in BF16, the head's among them; bytes of the parameters as float32. */
    private static long writeZeros(Path file) throws IOException {
        Map<String, long[]> shapes = DecoderParameters.shapes(MODEL);
        StringBuilder header = new StringBuilder("{");
        long at = 0;
        long parameters = 0;
        for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
            long count = Arrays.stream(entry.getValue()).reduce(1, (a, b) -> a * b);
            header.append(SafetensorsBytes.tensor(
                            entry.getKey(), "BF16", Arrays.toString(entry.getValue()), at, at + 2 * count))
                    .append(',');
            at += 2 * count;
            parameters += count;
        }
        long[] head = {MODEL.vocabSize(), MODEL.hiddenSize()};
        header.append(SafetensorsBytes.tensor(
                        DecoderParameters.HEAD, "BF16", Arrays.toString(head), at, at + 2 * head[0] * head[1]))
                .append('}');
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        try (var out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .array());
            out.write(json);
            out.setLength(8 + json.length + at + 2 * head[0] * head[1]);
        }
        return 4 * parameters;
    }

    /** Loads and says what it took at most. */
    static final class Loader {
        private Loader() {}

        public static void main(String[] args) {
            DecoderParameters.random(
                            ModelConfig.defaults()
                                    .withVocabSize(9)
                                    .withHiddenSize(8)
                                    .withIntermediateSize(12)
                                    .withLayers(1)
                                    .withHeads(2)
                                    .withKvHeads(2)
                                    .withHeadDim(4)
                                    .withRopeTheta(100)
                                    .withMaxPositions(9),
                            DataType.FLOAT,
                            1)
                    .close();
            double before = ProcessMemory.peakMiB();
            try (Parameters parameters = PretrainedWeights.read(Path.of(args[0]), MODEL, DataType.FLOAT)) {
                double peak = ProcessMemory.peakMiB() - before;
                System.out.println(parameters.count() + " parameters");
                System.out.println("peak MiB above the start: " + peak);
            }
        }
    }
}
