package org.quietstar.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.model.SmallDecoder;
import org.quietstar.safetensors.SafetensorsBytes;

/** Models in half precision. */
class PretrainedHalvesTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"F16", "BF16"})
    void halvesAreWidened(String type) throws IOException {
        var model = SmallDecoder.config()
                .withWeights(folder.toString())
                .withKvHeads(2)
                .withHeadDim(2)
                .withRopeTheta(500)
                .withInitializerRange(0.4);
        Parameters parameters = DecoderParameters.random(model, DataType.FLOAT, 1);
        ModelFolder.write(folder, model, parameters, Map.of(), Long.MAX_VALUE);
        int bytes = (int) parameters.count() * 2;
        ByteBuffer data = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        Map<String, float[]> expected = new LinkedHashMap<>();
        StringBuilder header = new StringBuilder();
        parameters.asMap().forEach((name, array) -> {
            float[] values = new float[(int) array.length()];
            int begin = data.position();
            for (int i = 0; i < values.length; i++) {
                // ±(1 + i mod 128 / 128)·2^e is a number of both types.
                values[i] = (float) ((i % 3 == 0 ? -1 : 1) * (1 + i % 128 / 128.0) * Math.pow(2, i % 5 - 2));
                data.putShort(type.equals("BF16") ? (short) (Float.floatToIntBits(values[i]) >> 16) : half(values[i]));
            }
            expected.put(name, values);
            header.append(header.length() == 0 ? "{" : ",")
                    .append(SafetensorsBytes.tensor(
                            name, type, Arrays.toString(array.shape()), begin, data.position()));
        });
        byte[] json = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
        Files.write(
                folder.resolve("model.safetensors"),
                ByteBuffer.allocate(8 + json.length + bytes)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(json.length)
                        .put(json)
                        .put(data.array())
                        .array());
        Parameters found = ModelFolder.open(folder).parameters(DataType.FLOAT);
        expected.forEach((name, values) -> {
            assertThat(found.get(name).dataType()).isEqualTo(DataType.FLOAT);
            assertThat(found.get(name).reshape(values.length).toFloatVector()).isEqualTo(values);
        });
    }

    /** A normal number whose fraction fits. */
    private static short half(float value) {
        int bits = Float.floatToIntBits(value);
        int exponent = ((bits >> 23) & 0xff) - 127 + 15;
        return (short) (((bits >> 16) & 0x8000) | (exponent << 10) | ((bits >> 13) & 0x3ff));
    }
}
