package org.quietstar.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quietstar.safetensors.SafetensorsBytes.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;

/** Damaged files either read or are refused with a message; nothing else ever happens. */
class SafetensorsMutationTest {
    private static final int FILES = 6000;
    private static final String[] WORDS = {
        "-1",
        "0",
        "1",
        "4",
        "9223372036854775807",
        "99999999999999999999",
        "1e400",
        "null",
        "[",
        "]",
        "{",
        "}",
        ",",
        "\"F64\"",
        "\"BOOL\"",
        "\"U8\"",
        "\"\"",
        "\"a\"",
        "__metadata__",
        "\\u0000",
        "\u00ff"
    };

    @TempDir
    Path folder;

    @Test
    void onlySuccessOrAMessage() throws IOException {
        Random random = new Random(20240314);
        byte[] sound = sound();
        int refused = 0;
        for (int i = 0; i < FILES; i++) {
            Path path = Files.write(folder.resolve("mutant.safetensors"), mutate(sound, random));
            try {
                readAll(path);
            } catch (QuietStarException e) {
                assertThat(e).hasMessageContaining("mutant.safetensors");
                refused++;
            }
        }
        // Changes in the data alone are still sound files, so both outcomes must have occurred.
        assertThat(refused).isBetween(FILES / 2, FILES - FILES / 50);
    }

    private static void readAll(Path path) throws IOException {
        long size = Files.size(path);
        try (SafetensorsReader file = SafetensorsReader.open(path)) {
            long total = 0;
            for (String name : file.names()) {
                TensorInfo info = file.info(name);
                total += info.bytes();
                assertThat(total).isLessThanOrEqualTo(size);
                try (INDArray array = file.read(name)) {
                    assertThat(array.shape()).isEqualTo(info.dimensions());
                }
            }
        }
    }

    private static byte[] sound() {
        String header = "{\"__metadata__\":{\"format\":\"pt\"}," + tensor("a", "F32", "[2,3]", 0, 24) + ","
                + tensor("b.weight", "I64", "[2]", 24, 40) + "," + tensor("c", "BF16", "[]", 40, 42) + ","
                + tensor("d", "F16", "[0,5]", 42, 42) + "," + tensor("e", "U8", "[3]", 42, 45) + "}";
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + 45)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }

    private static byte[] mutate(byte[] sound, Random random) {
        byte[] bytes = sound.clone();
        int header = bytes.length - 8 - 45;
        return switch (random.nextInt(5)) {
            case 0 -> {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                yield bytes;
            }
            case 1 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 20));
            case 2 -> {
                ByteBuffer.wrap(bytes)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(0, random.nextLong() >> random.nextInt(64));
                yield bytes;
            }
            case 3 -> splice(bytes, 8 + random.nextInt(header), random.nextInt(6), word(random));
            default -> {
                // A digit for a digit keeps the JSON sound and attacks the numbers.
                for (int at = 8 + random.nextInt(header); at < 8 + header; at++) {
                    if (Character.isDigit(bytes[at])) {
                        bytes[at] = (byte) ('0' + random.nextInt(10));
                        break;
                    }
                }
                yield bytes;
            }
        };
    }

    private static byte[] word(Random random) {
        return WORDS[random.nextInt(WORDS.length)].getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Replaces some header bytes by others and fixes the header's length, so that the JSON parser gets to see it. */
    private static byte[] splice(byte[] bytes, int at, int removed, byte[] inserted) {
        int end = Math.min(bytes.length - 45, at + removed);
        ByteBuffer result = ByteBuffer.allocate(bytes.length - (end - at) + inserted.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(bytes, 0, at)
                .put(inserted)
                .put(bytes, end, bytes.length - end);
        result.putLong(0, result.capacity() - 8 - 45);
        return result.array();
    }
}
