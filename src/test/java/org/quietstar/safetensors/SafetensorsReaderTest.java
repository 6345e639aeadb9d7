package org.quietstar.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quietstar.safetensors.SafetensorsBytes.file;
import static org.quietstar.safetensors.SafetensorsBytes.littleEndian;
import static org.quietstar.safetensors.SafetensorsBytes.raw;
import static org.quietstar.safetensors.SafetensorsBytes.tensor;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.QuietStarException;

class SafetensorsReaderTest {
    private static final byte[] NONE = {};

    @TempDir
    Path folder;

    private SafetensorsReader single(String type, String shape, byte[] data) {
        return SafetensorsReader.open(file(folder, "{" + tensor("t", type, shape, 0, data.length) + "}", data));
    }

    @Test
    void readsHeaderNamesInFileOrderAndMetadata() {
        String header = "{" + tensor("late", "F32", "[2]", 4, 12) + ",\"__metadata__\":{\"format\":\"pt\"},"
                + tensor("early", "F32", "[]", 0, 4) + "}   ";
        try (SafetensorsReader file = SafetensorsReader.open(file(folder, header, new byte[12]))) {
            assertThat(file.names()).containsExactly("early", "late");
            assertThat(file.metadata()).containsExactly(java.util.Map.entry("format", "pt"));
            assertThat(file.info("late").dimensions()).containsExactly(2);
            assertThat(file.info("late").elements()).isEqualTo(2);
            assertThat(file.read("early").rank()).isZero();
        }
    }

    @Test
    void widensHalfPrecisionExactly() {
        short[] halves = {0x0000, (short) 0x8000, 0x3c00, (short) 0xc000, 0x7bff, 0x0001, 0x03ff, 0x0400, 0x7c00, 0x3555
        };
        float[] values = {
            0f, -0f, 1f, -2f, 65504f, 0x1p-24f, 0x1.ff8p-15f, 0x1p-14f, Float.POSITIVE_INFINITY, 0x1.554p-2f
        };
        byte[] data = littleEndian(20, buffer -> buffer.asShortBuffer().put(halves));
        try (SafetensorsReader file = single("F16", "[10]", data)) {
            assertThat(file.read("t").data().asFloat()).containsExactly(values);
        }
        assertThat(TensorDecoder.halfToFloat((short) 0x7e00)).isNaN();
    }

    @Test
    void everyHalfRoundsBackToItself() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = TensorDecoder.halfToFloat((short) bits);
            int exponent = (bits >> 10) & 0x1f;
            double expected = exponent == 0
                    ? (bits & 0x3ff) * Math.pow(2, -24)
                    : (1 + (bits & 0x3ff) / 1024.0) * Math.pow(2, exponent - 15);
            if (exponent != 0x1f) {
                assertThat((double) Math.abs(value)).isEqualTo(expected);
                assertThat(Float.floatToRawIntBits(value) < 0).isEqualTo(bits >= 0x8000);
            }
        }
    }

    @Test
    void widensBrainFloats() {
        byte[] data =
                littleEndian(6, buffer -> buffer.asShortBuffer().put(new short[] {0x3f80, (short) 0xc049, 0x0001}));
        try (SafetensorsReader file = single("BF16", "[3]", data)) {
            assertThat(file.read("t").data().asFloat())
                    .containsExactly(1f, -3.140625f, Float.intBitsToFloat(0x00010000));
            assertThat(file.read("t", DataType.DOUBLE).data().asDouble()[1]).isEqualTo(-3.140625);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "I16, -300, -300",
        "I8, -3, -3",
        "U8, 253, 253",
        "BOOL, 1, 1",
        "I32, -70000, -70000",
        "I64, 70000, 70000"
    })
    void readsIntegersAsEveryTarget(String type, long stored, long value) {
        int bytes = TensorType.valueOf(type).bytes();
        byte[] data = littleEndian(bytes * 2, buffer -> {
            for (int i = 0; i < bytes; i++) {
                buffer.put(bytes + i, (byte) (stored >> (8 * i)));
            }
        });
        try (SafetensorsReader file = single(type, "[2, 1]", data)) {
            for (DataType target : new DataType[] {DataType.INT32, DataType.INT64, DataType.FLOAT, DataType.DOUBLE}) {
                INDArray read = file.read("t", target);
                assertThat(read.dataType()).isEqualTo(target);
                assertThat(read.shape()).containsExactly(2, 1);
                assertThat(read.data().asDouble()).containsExactly(0, (double) value);
            }
        }
    }

    @Test
    void refusesIntegersThatDoNotFitAndFractionsAsIntegers() {
        try (SafetensorsReader file = single("I64", "[1]", littleEndian(8, buffer -> buffer.putLong(1L << 40)))) {
            assertThatThrownBy(() -> file.read("t", DataType.INT32))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContaining("'t'")
                    .hasMessageContaining("1099511627776");
            assertThat(file.read("t", DataType.INT64).getLong(0)).isEqualTo(1L << 40);
        }
        try (SafetensorsReader file = single("F32", "[1]", new byte[4])) {
            assertThatThrownBy(() -> file.read("t", DataType.INT32))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContaining("allowed: FLOAT, DOUBLE");
        }
    }

    @Test
    void readsIntoArraysOfAnyOrderAndViews() {
        byte[] data = littleEndian(24, buffer -> buffer.asFloatBuffer().put(new float[] {1, 2, 3, 4, 5, 6}));
        try (SafetensorsReader file = single("F32", "[2, 3]", data)) {
            INDArray wide = Nd4j.zeros(DataType.DOUBLE, 4, 5);
            file.readInto("t", wide.get(NDArrayIndex.interval(1, 3), NDArrayIndex.interval(2, 5)));
            assertThat(wide.getDouble(2, 4)).isEqualTo(6);
            assertThat(wide.sumNumber().doubleValue()).isEqualTo(21);
            INDArray columns = Nd4j.create(DataType.FLOAT, new long[] {2, 3}, 'f');
            file.readInto("t", columns);
            assertThat(columns.getFloat(0, 1)).isEqualTo(2f);
            INDArray rows = Nd4j.create(DataType.FLOAT, 2, 3);
            file.readInto("t", rows);
            assertThat(rows).isEqualTo(columns);
            assertThatThrownBy(() -> file.readInto("t", Nd4j.create(DataType.FLOAT, 3, 2)))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContaining("[2, 3]")
                    .hasMessageContaining("[3, 2]");
        }
    }

    @Test
    void namesTheNearestTensor() {
        String header = "{" + tensor("model.layers.0.mlp.up_proj.weight", "F32", "[0]", 0, 0) + ","
                + tensor("lm_head.weight", "F32", "[0]", 0, 0) + "}";
        try (SafetensorsReader file = SafetensorsReader.open(file(folder, header, NONE))) {
            assertThat(file.read("lm_head.weight").isEmpty()).isTrue();
            assertThatThrownBy(() -> file.info("model.layers.1.mlp.up_proj.weight"))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContaining("such as 'model.layers.0.mlp.up_proj.weight'");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 3, 100_000_001})
    void refusesImpossibleHeaderLengths(long length) {
        Path path = raw(folder, length, "{}".getBytes(StandardCharsets.UTF_8), NONE);
        assertThatThrownBy(() -> SafetensorsReader.open(path))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("crafted.safetensors")
                .hasMessageContaining("at most 2");
    }

    @Test
    void refusesMissingAndTooShortFiles() throws java.io.IOException {
        assertThatThrownBy(() -> SafetensorsReader.open(folder.resolve("none.safetensors")))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("no such file");
        Path path = java.nio.file.Files.write(folder.resolve("short.safetensors"), new byte[7]);
        assertThatThrownBy(() -> SafetensorsReader.open(path))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("7 bytes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[2]|0|8|12|the tensors end at byte 8",
                "[2]|0|4|8|takes 8",
                "[2]|4|12|12|belong to no tensor",
                "[2]|8|0|8|end before they begin",
                "[2]|0|8|4|cut short",
                "[-2]|0|8|8|negative number -2",
                "[2.0]|0|8|8|VALUE_NUMBER_FLOAT",
                "[4294967296,4294967296]|0|0|0|above 2147483647",
                "[2147483647,2147483647,2147483647]|0|0|0|more elements than any file",
                "[9223372036854775808]|0|8|8|out of range",
                "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2]|0|8|8|more than 32",
            })
    void refusesTensorsThatContradictTheFile(String shape, long begin, long end, int bytes, String why) {
        Path path = file(folder, "{" + tensor("x", "F32", shape, begin, end) + "}", new byte[bytes]);
        assertThatThrownBy(() -> SafetensorsReader.open(path))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("crafted.safetensors")
                .hasMessageContaining(why);
    }

    @Test
    void refusesOverlapsDuplicatesAndUnknownTypes() {
        String a = tensor("a", "F32", "[1]", 0, 4);
        assertRefused("{" + a + "," + tensor("b", "F32", "[1]", 0, 4) + "}", 4, "inside the tensor before it");
        assertRefused("{" + a + "," + tensor("a", "F32", "[1]", 4, 8) + "}", 8, "Duplicate field 'a'");
        assertRefused("{" + tensor("a", "F8", "[1]", 0, 1) + "}", 1, "is of type F8: quantised weights");
        assertRefused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "data_offsets");
        assertRefused("{" + a, 4, "not what the format allows");
        assertRefused("{" + a + "} {}", 4, "after its closing brace");
        assertRefused("[]", 0, "START_ARRAY");
        assertRefused("", 0, "header");
        assertRefused("{\"__metadata__\":{\"k\":1}}", 0, "__metadata__.k");
        assertRefused("{\"a\":" + "[".repeat(5000) + "}", 0, "tensor 'a'");
        assertRefused("{\"a\":{\"x\":" + "[".repeat(5000) + "}", 0, "nesting depth");
    }

    private void assertRefused(String header, int bytes, String why) {
        Path path = file(folder, header, new byte[bytes]);
        assertThatThrownBy(() -> SafetensorsReader.open(path))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("crafted.safetensors")
                .hasMessageContaining(why);
    }
}
