package org.quietstar.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quietstar.safetensors.SafetensorsBytes.file;
import static org.quietstar.safetensors.SafetensorsBytes.raw;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;

/** Random layouts read, whatever the order of their entries; with one lie in them they are refused before a tensor is read. */
class SafetensorsLayoutTest {
    private static final int FILES = 300;

    @TempDir
    private Path folder;

    private record Entry(String name, long[] shape, long begin, long end) {
        String json() {
            return SafetensorsBytes.tensor(name, "F32", Arrays.toString(shape), begin, end);
        }

        Entry at(long from, long to) {
            return new Entry(name, shape, from, to);
        }
    }

    /** What a hostile file lies about. */
    private enum Lie {
        NONE,
        OVERLAP,
        GAP,
        BEYOND_THE_FILE,
        FAR_BEYOND_THE_FILE,
        DUPLICATE_NAME,
        LARGER_SHAPE,
        HUGE_SHAPE,
        OVERFLOWING_SHAPE,
        TRUNCATED_DATA,
        BYTES_LEFT_OVER,
        HEADER_LENGTH_OF_100_MB,
        HEADER_LENGTH_BEYOND_63_BITS
    }

    @ParameterizedTest
    @EnumSource
    void onlyTheTruthIsRead(Lie lie) {
        Random random = new Random(lie.name().hashCode());
        for (int i = 0; i < FILES; i++) {
            List<Entry> entries = layout(random);
            long bytes = entries.get(entries.size() - 1).end;
            Path path = write(lie, entries, (int) bytes, random);
            if (lie == Lie.NONE) {
                readAll(path, entries);
            } else {
                assertThatThrownBy(() -> SafetensorsReader.open(path).close())
                        .as("%s of %s", lie, entries)
                        .isInstanceOf(QuietStarException.class)
                        .hasMessageContaining("crafted.safetensors");
            }
        }
    }

    /** Two to six tensors of one to sixty numbers each, in the order of their bytes. */
    private static List<Entry> layout(Random random) {
        List<Entry> entries = new ArrayList<>();
        long at = 0;
        int count = 2 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            long[] shape = random.longs(1 + random.nextInt(3), 1, 5).toArray();
            long end = at + 4 * Arrays.stream(shape).reduce(1, (a, b) -> a * b);
            entries.add(new Entry("t" + i, shape, at, end));
            at = end;
        }
        return entries;
    }

    private Path write(Lie lie, List<Entry> sound, int bytes, Random random) {
        List<Entry> entries = new ArrayList<>(sound);
        int i = random.nextInt(entries.size());
        Entry entry = entries.get(i);
        int data = bytes;
        switch (lie) {
            case OVERLAP -> {
                int later = 1 + random.nextInt(entries.size() - 1);
                entries.set(later, entries.get(later).at(entries.get(later).begin - 4, entries.get(later).end - 4));
            }
            case GAP -> {
                for (int later = i; later < entries.size(); later++) {
                    entries.set(later, entries.get(later).at(entries.get(later).begin + 4, entries.get(later).end + 4));
                }
                data += 4;
            }
            case BEYOND_THE_FILE -> entries.set(i, entry.at(bytes, bytes + entry.end - entry.begin));
            case FAR_BEYOND_THE_FILE -> entries.set(i, entry.at(1L << 62, (1L << 62) + entry.end - entry.begin));
            case DUPLICATE_NAME -> {
                Entry other = entries.get((i + 1) % entries.size());
                entries.set(i, new Entry(other.name, entry.shape, entry.begin, entry.end));
            }
            case LARGER_SHAPE -> entries.set(i, shaped(entry, entry.shape[0] + 1));
            case HUGE_SHAPE -> entries.set(i, shaped(entry, Integer.MAX_VALUE));
            case OVERFLOWING_SHAPE -> entries.set(i, shaped(entry, Long.MAX_VALUE - random.nextInt(9)));
            case TRUNCATED_DATA -> data -= 1 + random.nextInt(bytes);
            case BYTES_LEFT_OVER -> data += 1 + random.nextInt(9);
            default -> {}
        }
        // Entries may stand in any order.
        Collections.shuffle(entries, random);
        String header = "{" + String.join(",", entries.stream().map(Entry::json).toList()) + "}";
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return switch (lie) {
            case HEADER_LENGTH_OF_100_MB -> raw(folder, 100_000_000 - random.nextInt(9), json, new byte[data]);
            case HEADER_LENGTH_BEYOND_63_BITS -> raw(folder, -1 - random.nextInt(9), json, new byte[data]);
            default -> file(folder, header, new byte[data]);
        };
    }

    private static Entry shaped(Entry entry, long first) {
        long[] shape = entry.shape.clone();
        shape[0] = first;
        return new Entry(entry.name, shape, entry.begin, entry.end);
    }

    private static void readAll(Path path, List<Entry> entries) {
        try (SafetensorsReader file = SafetensorsReader.open(path)) {
            assertThat(file.names())
                    .containsExactlyElementsOf(entries.stream().map(Entry::name).toList());
            for (Entry entry : entries) {
                try (INDArray array = file.read(entry.name)) {
                    assertThat(array.shape()).isEqualTo(entry.shape);
                }
            }
        }
    }
}
