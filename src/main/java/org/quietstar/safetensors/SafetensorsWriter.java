package org.quietstar.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.QuietStarException;

/**
 * Writer of the <a href="https://github.com/huggingface/safetensors">safetensors</a> format; the reader is
 * {@link SafetensorsReader}.
 */
public final class SafetensorsWriter {
    private static final JsonFactory JSON = new JsonFactory();

    private SafetensorsWriter() {}

    /**
     * Writes a file, replacing one that is there, and returns when it is on the disk. The same tensors in the same
     * order give the same bytes. Elements are written in row-major order whatever the order or the strides of the
     * array; wider types come first, so that each element lies at a multiple of its size.
     *
     * @param tensors FLOAT, DOUBLE, INT32 or INT64 arrays of any shape; IllegalArgumentException for another type
     * @param metadata free text entries of the header; may be empty
     */
    public static void write(Path path, Map<String, INDArray> tensors, Map<String, String> metadata) {
        List<Map.Entry<String, INDArray>> ordered = new ArrayList<>(tensors.entrySet());
        ordered.sort(Comparator.comparingInt(
                entry -> -TensorType.of(entry.getValue().dataType()).bytes()));
        try {
            byte[] header = header(ordered, metadata);
            try (FileChannel channel = FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                writeFully(channel, ByteBuffer.wrap(header));
                for (Map.Entry<String, INDArray> entry : ordered) {
                    writeElements(channel, entry.getValue());
                }
                channel.force(true);
            } catch (IOException | RuntimeException e) {
                Files.deleteIfExists(path);
                throw e;
            }
        } catch (IOException e) {
            throw new QuietStarException(
                    path + ": cannot be written: " + e
                            + ". Check that the folder exists, may be written to, and has room.",
                    e);
        }
    }

    /** Bytes of the array's elements in a file. */
    static long bytes(INDArray array) {
        return array.length() * TensorType.of(array.dataType()).bytes();
    }

    /** Length, JSON and the blanks that make the data begin at a multiple of 8. */
    private static byte[] header(List<Map.Entry<String, INDArray>> tensors, Map<String, String> metadata)
            throws IOException {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try (JsonGenerator generator = JSON.createGenerator(json)) {
            generator.writeStartObject();
            if (!metadata.isEmpty()) {
                generator.writeObjectFieldStart(SafetensorsHeader.METADATA);
                for (Map.Entry<String, String> entry : metadata.entrySet()) {
                    generator.writeStringField(entry.getKey(), entry.getValue());
                }
                generator.writeEndObject();
            }
            long begin = 0;
            for (Map.Entry<String, INDArray> entry : tensors) {
                long end = begin + bytes(entry.getValue());
                writeInfo(generator, entry.getKey(), entry.getValue(), begin, end);
                begin = end;
            }
            generator.writeEndObject();
        }
        while (json.size() % Long.BYTES != 0) {
            json.write(' ');
        }
        if (json.size() > SafetensorsHeader.MAX_BYTES) {
            throw new IOException("the header would be longer than " + SafetensorsHeader.MAX_BYTES + " bytes");
        }
        return ByteBuffer.allocate(Long.BYTES + json.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.size())
                .put(json.toByteArray())
                .array();
    }

    private static void writeInfo(JsonGenerator generator, String name, INDArray array, long begin, long end)
            throws IOException {
        if (name.equals(SafetensorsHeader.METADATA)) {
            throw new IllegalArgumentException("a tensor cannot be called " + name);
        }
        generator.writeObjectFieldStart(name);
        generator.writeStringField("dtype", TensorType.of(array.dataType()).name());
        generator.writeFieldName("shape");
        generator.writeArray(array.shape(), 0, array.rank());
        generator.writeFieldName("data_offsets");
        generator.writeArray(new long[] {begin, end}, 0, 2);
        generator.writeEndObject();
    }

    private static void writeElements(FileChannel channel, INDArray array) throws IOException {
        long elements = array.length();
        if (elements == 0) {
            return;
        }
        boolean plain = SafetensorsReader.isPlain(array);
        INDArray rows = plain ? array : array.dup('c');
        INDArray flat = rows.reshape(elements);
        ByteBuffer staging = Staging.of(Staging.ELEMENTS * Long.BYTES);
        for (long from = 0; from < elements; from += Staging.ELEMENTS) {
            long to = Math.min(elements, from + Staging.ELEMENTS);
            try (INDArray chunk = flat.get(NDArrayIndex.interval(from, to)).dup('c')) {
                encode(chunk.data(), (int) (to - from), staging.clear());
            }
            writeFully(channel, staging);
        }
        if (!plain) {
            rows.close();
        }
    }

    private static void encode(DataBuffer data, int n, ByteBuffer staging) {
        switch (data.dataType()) {
            case FLOAT -> staging.asFloatBuffer().put(data.asNioFloat().limit(n));
            case DOUBLE -> staging.asDoubleBuffer().put(data.asNioDouble().limit(n));
            case INT -> staging.asIntBuffer().put(data.asNioInt().limit(n));
            case LONG -> staging.asLongBuffer().put(data.asNioLong().limit(n));
            default -> throw new IllegalArgumentException("cannot encode " + data.dataType());
        }
        staging.limit(n * data.getElementSize());
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
