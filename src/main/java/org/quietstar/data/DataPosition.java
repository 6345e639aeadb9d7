package org.quietstar.data;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.quietstar.QuietStarException;

/**
 * A place between two batches of a stream: enough to give the same batches from there on, bit for bit. Immutable. Besides
 * the place in the files it holds the shuffle buffer, so {@link #toMap()} is some hundred KB with the default settings.
 */
public final class DataPosition implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final int FORMAT = 1;

    private final String fingerprint;
    private final int epoch;
    private final TokenWindows.Position windows;
    private final int[][] buffer;
    private final long shuffleState;
    private final long batches;

    /** {@code buffer} holds windows that no longer change. */
    DataPosition(
            String fingerprint,
            int epoch,
            TokenWindows.Position windows,
            int[][] buffer,
            long shuffleState,
            long batches) {
        this.fingerprint = fingerprint;
        this.epoch = epoch;
        this.windows = windows;
        this.buffer = buffer;
        this.shuffleState = shuffleState;
        this.batches = batches;
    }

    /** {@link TextBatches#fingerprint()} of the stream that this is a place in. */
    public String fingerprint() {
        return fingerprint;
    }

    /** Passes over the data that were begun before, from 0. */
    public int epoch() {
        return epoch;
    }

    /** Batches before this place. */
    public long batches() {
        return batches;
    }

    TokenWindows.Position windows() {
        return windows;
    }

    List<int[]> buffer() {
        return List.of(buffer);
    }

    long shuffleState() {
        return shuffleState;
    }

    /** As values that JSON knows: numbers, strings, no more than one level. */
    public Map<String, Object> toMap() {
        FilePosition file = windows.documents().file();
        var map = new LinkedHashMap<String, Object>();
        map.put("format", FORMAT);
        map.put("fingerprint", fingerprint);
        map.put("batches", batches);
        map.put("epoch", epoch);
        map.put("file", windows.documents().orderIndex());
        map.put("offset", file.offset());
        map.put("line", file.line());
        map.put("part", file.part());
        map.put("documentLine", file.documentLine());
        map.put("startsLine", file.startsLine());
        map.put("textHash", Long.toHexString(file.textHash()));
        map.put("carried", pack(List.of(windows.carried())));
        map.put("taken", windows.taken());
        // As a string, for many JSON tools read numbers as doubles.
        map.put("shuffleState", Long.toHexString(shuffleState));
        map.put("buffer", pack(buffer()));
        return map;
    }

    /** Version 0.1.0 had none, and held out by place. */
    private static long textHash(Map<String, Object> map) {
        return map.containsKey("textHash") ? Long.parseUnsignedLong(value(map, "textHash", String.class), 16) : 0;
    }

    /**
     * What {@link #toMap()} gave, also after a way through JSON. Throws QuietStarException where something is wrong.
     */
    public static DataPosition fromMap(Map<String, Object> map) {
        if (number(map, "format") != FORMAT) {
            throw new QuietStarException("data position: format is " + map.get("format") + ", this program reads "
                    + FORMAT + "; resume with the version that wrote it");
        }
        var file = new FilePosition(
                number(map, "offset"),
                number(map, "line"),
                (int) number(map, "part"),
                number(map, "documentLine"),
                value(map, "startsLine", Boolean.class),
                textHash(map));
        var reader = new TextRecordReader.Position((int) number(map, "file"), file);
        try {
            List<int[]> carried = unpack(value(map, "carried", String.class));
            return new DataPosition(
                    value(map, "fingerprint", String.class),
                    (int) number(map, "epoch"),
                    new TokenWindows.Position(reader, carried.get(0), (int) number(map, "taken")),
                    unpack(value(map, "buffer", String.class)).toArray(int[][]::new),
                    Long.parseUnsignedLong(value(map, "shuffleState", String.class), 16),
                    number(map, "batches"));
        } catch (IOException | RuntimeException exception) {
            throw new QuietStarException(
                    "data position: damaged (" + exception.getMessage() + "); use an earlier checkpoint", exception);
        }
    }

    private static long number(Map<String, Object> map, String key) {
        return value(map, key, Number.class).longValue();
    }

    private static <T> T value(Map<String, Object> map, String key, Class<T> type) {
        Object value = map.get(key);
        if (!type.isInstance(value)) {
            throw new QuietStarException("data position: " + key + " is " + value + ", must be a "
                    + type.getSimpleName() + "; use an earlier checkpoint");
        }
        return type.cast(value);
    }

    /** Lengths and ids as deflated big-endian ints in base64. */
    private static String pack(List<int[]> arrays) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
            out.writeInt(arrays.size());
            for (int[] array : arrays) {
                out.writeInt(array.length);
                for (int value : array) {
                    out.writeInt(value);
                }
            }
        } catch (IOException exception) {
            throw new IllegalStateException("memory cannot fail to be written", exception);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private static List<int[]> unpack(String packed) throws IOException {
        var bytes = new ByteArrayInputStream(Base64.getDecoder().decode(packed));
        try (var in = new DataInputStream(new java.io.BufferedInputStream(new InflaterInputStream(bytes)))) {
            int count = in.readInt();
            var arrays = new ArrayList<int[]>();
            for (int i = 0; i < count; i++) {
                int[] array = new int[in.readInt()];
                for (int j = 0; j < array.length; j++) {
                    array[j] = in.readInt();
                }
                arrays.add(array);
            }
            return arrays;
        }
    }

    @Override
    public String toString() {
        return "DataPosition[epoch " + epoch + ", " + batches + " batches, file "
                + windows.documents().orderIndex() + ", line "
                + windows.documents().file().line() + ", " + buffer.length + " windows buffered]";
    }
}
