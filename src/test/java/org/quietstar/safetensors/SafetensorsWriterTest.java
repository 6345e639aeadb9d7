package org.quietstar.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.QuietStarException;

class SafetensorsWriterTest {
    @TempDir
    Path folder;

    private static Map<String, INDArray> mixed() {
        Map<String, INDArray> tensors = new LinkedHashMap<>();
        INDArray base = Nd4j.arange(24).castTo(DataType.FLOAT).reshape(4, 6);
        tensors.put("plain", base.dup());
        tensors.put("transposed", base.transpose());
        tensors.put("column-order", base.dup('f'));
        tensors.put("double", Nd4j.createFromArray(Math.PI, Double.NaN, -0.0, Double.MIN_VALUE));
        tensors.put("int", Nd4j.createFromArray(Integer.MIN_VALUE, 0, Integer.MAX_VALUE));
        tensors.put("long", Nd4j.createFromArray(Long.MIN_VALUE, Long.MAX_VALUE));
        tensors.put("scalar", Nd4j.scalar(3.5f));
        tensors.put("empty", Nd4j.create(DataType.FLOAT, 0, 3));
        return tensors;
    }

    @Test
    void readsBackWhatItWrote() {
        Map<String, INDArray> tensors = new LinkedHashMap<>(mixed());
        tensors.put("view", tensors.get("plain").get(NDArrayIndex.interval(1, 3), NDArrayIndex.interval(1, 2, 6)));
        Path path = folder.resolve("mixed.safetensors");
        SafetensorsWriter.write(path, tensors, Map.of("format", "pt"));
        try (SafetensorsReader file = SafetensorsReader.open(path)) {
            assertThat(file.metadata()).isEqualTo(Map.of("format", "pt"));
            assertThat(file.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
            tensors.forEach((name, array) -> {
                INDArray read = file.read(name);
                assertThat(read.dataType()).isEqualTo(array.dataType());
                assertThat(read.shape()).isEqualTo(array.shape());
                // getDouble(i) counts in the array's own order, so both are laid out alike first.
                INDArray rows = array.dup('c');
                for (long i = 0; i < array.length(); i++) {
                    assertThat(Double.doubleToRawLongBits(read.getDouble(i)))
                            .as(name)
                            .isEqualTo(Double.doubleToRawLongBits(rows.getDouble(i)));
                }
            });
            assertThat(file.read("transposed").getFloat(1, 0)).isEqualTo(1f);
            assertThat(file.read("transposed").getFloat(0, 1)).isEqualTo(6f);
            assertThat(file.read("long").getLong(1)).isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test
    void keepsEveryBitOfFloats() {
        int[] patterns = {0x7fc00001, 0xffc12345, 0x80000000, 1, 0x7f800000, 0x3f800001};
        float[] values = new float[patterns.length];
        for (int i = 0; i < patterns.length; i++) {
            values[i] = Float.intBitsToFloat(patterns[i]);
        }
        Path path = folder.resolve("bits.safetensors");
        SafetensorsWriter.write(path, Map.of("t", Nd4j.createFromArray(values)), Map.of());
        try (SafetensorsReader file = SafetensorsReader.open(path)) {
            float[] read = file.read("t").data().asFloat();
            for (int i = 0; i < patterns.length; i++) {
                assertThat(Float.floatToRawIntBits(read[i])).isEqualTo(patterns[i]);
            }
        }
    }

    @Test
    void layoutIsTheFormats() throws IOException {
        Path path = folder.resolve("layout.safetensors");
        Map<String, INDArray> tensors = new LinkedHashMap<>();
        tensors.put("f", Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}}));
        tensors.put("l", Nd4j.createFromArray(7L));
        SafetensorsWriter.write(path, tensors, Map.of());
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        int header = (int) bytes.getLong(0);
        assertThat(header % 8).isZero();
        assertThat(new String(bytes.array(), 8, header, StandardCharsets.UTF_8).stripTrailing())
                .isEqualTo("{\"l\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
                        + "\"f\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[8,24]}}");
        assertThat(bytes.getLong(8 + header)).isEqualTo(7);
        assertThat(bytes.getFloat(8 + header + 16)).isEqualTo(3f);
    }

    @Test
    void sameTensorsGiveTheSameBytes() throws IOException {
        SafetensorsWriter.write(folder.resolve("one"), mixed(), Map.of("a", "b"));
        SafetensorsWriter.write(folder.resolve("two"), mixed(), Map.of("a", "b"));
        assertThat(folder.resolve("one")).hasSameBinaryContentAs(folder.resolve("two"));
    }

    @Test
    void tensorsLongerThanOneChunkKeepTheirOrder() {
        int n = 700_001;
        INDArray array = Nd4j.arange(n).castTo(DataType.INT32);
        Path path = folder.resolve("long.safetensors");
        SafetensorsWriter.write(path, Map.of("t", array), Map.of());
        try (SafetensorsReader file = SafetensorsReader.open(path)) {
            assertThat(file.read("t")).isEqualTo(array);
            assertThat(file.read("t", DataType.DOUBLE).getDouble(n - 1)).isEqualTo(n - 1);
        }
    }

    @Test
    void refusesOtherTypesAndReservedNames() {
        Path path = folder.resolve("no.safetensors");
        assertThatThrownBy(() -> SafetensorsWriter.write(path, Map.of("t", Nd4j.create(DataType.FLOAT16, 2)), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("FLOAT, DOUBLE, INT32, INT64");
        assertThatThrownBy(() -> SafetensorsWriter.write(path, Map.of("__metadata__", Nd4j.scalar(1)), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(path).doesNotExist();
    }

    @Test
    void namesThePathThatCannotBeWritten() {
        Path path = folder.resolve("missing").resolve("t.safetensors");
        assertThatThrownBy(() -> SafetensorsWriter.write(path, Map.of("t", Nd4j.scalar(1f)), Map.of()))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining(path.toString());
    }

    @Test
    void shardsAndSingleFileReadTheSame() throws IOException {
        Map<String, INDArray> tensors = mixed();
        Path shards = Files.createDirectory(folder.resolve("shards"));
        Path single = Files.createDirectory(folder.resolve("single"));
        ShardedSafetensors.write(shards, "model", tensors, 100);
        ShardedSafetensors.write(single, "model", tensors, 1 << 20);
        assertThat(single.resolve("model.safetensors")).exists();
        assertThat(shards.resolve("model.safetensors")).doesNotExist();
        assertThat(shards.resolve("model-00001-of-00004.safetensors")).exists();
        assertThat(shards.resolve("model.safetensors.index.json"))
                .content()
                .contains("\"total_size\" : "
                        + tensors.values().stream()
                                .mapToLong(SafetensorsWriter::bytes)
                                .sum());
        try (ShardedSafetensors one = ShardedSafetensors.open(shards);
                ShardedSafetensors two = ShardedSafetensors.open(single)) {
            assertThat(one.names()).containsExactlyElementsOf(tensors.keySet());
            assertThat(two.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
            assertThat(one.read("int")).isEqualTo(two.read("int")).isEqualTo(tensors.get("int"));
        }
    }

    @Test
    void aLaterSetReplacesTheEarlierOne() {
        INDArray big = Nd4j.ones(DataType.FLOAT, 100);
        ShardedSafetensors.write(folder, "model", Map.of("a", big, "b", big.mul(2)), 10);
        ShardedSafetensors.write(folder, "model", Map.of("a", big.mul(3)), 1000);
        assertThat(folder.toFile().list()).containsExactly("model.safetensors");
        try (ShardedSafetensors set = ShardedSafetensors.open(folder)) {
            assertThat(set.read("a").getFloat(0)).isEqualTo(3f);
        }
    }

    @Test
    void opensAFolderOfPlainFilesAndNamesWhatIsWrong() throws IOException {
        assertThatThrownBy(() -> ShardedSafetensors.open(folder)).hasMessageContaining("no *.safetensors file");
        SafetensorsWriter.write(folder.resolve("x.safetensors"), Map.of("a", Nd4j.scalar(1f)), Map.of());
        SafetensorsWriter.write(folder.resolve("y.safetensors"), Map.of("b", Nd4j.scalar(2f)), Map.of());
        try (ShardedSafetensors set = ShardedSafetensors.open(folder)) {
            assertThat(set.names()).containsExactly("a", "b");
            assertThatThrownBy(() -> set.info("c")).isInstanceOf(QuietStarException.class);
        }
        SafetensorsWriter.write(folder.resolve("z.safetensors"), Map.of("a", Nd4j.scalar(1f)), Map.of());
        assertThatThrownBy(() -> ShardedSafetensors.open(folder))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("x.safetensors and in z.safetensors");
        for (String file : List.of("../x.safetensors", "/etc/x.safetensors", "x\\u0000.safetensors", "x.bin")) {
            Files.writeString(
                    folder.resolve("model.safetensors.index.json"), "{\"weight_map\":{\"a\":\"" + file + "\"}}");
            assertThatThrownBy(() -> ShardedSafetensors.open(folder))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContaining("weight_map.a");
        }
        Files.writeString(folder.resolve("model.safetensors.index.json"), "{\"weight_map\":{\"q\":\"x.safetensors\"}}");
        assertThatThrownBy(() -> ShardedSafetensors.open(folder))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("'q' should be in x.safetensors");
    }
}
