package org.quietstar.safetensors;

import static org.quietstar.safetensors.SafetensorsHeader.abbreviate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.QuietStarException;
import org.quietstar.text.PlainText;

/**
 * Reader of one file in the <a href="https://github.com/huggingface/safetensors">safetensors</a> format, of any size.
 *
 * <p>The header is checked in full at {@link #open}; a file that contradicts itself is a {@link QuietStarException}
 * that names the file and the tensor. Elements are read at their position through one small buffer, and not through a
 * memory map, because a map of a file that somebody cuts short takes the whole process down, and is not given back at
 * close.
 */
public final class SafetensorsReader implements TensorSource {
    private final Path path;
    private final FileChannel channel;
    private final SafetensorsHeader header;
    private final long dataStart;

    private SafetensorsReader(Path path, FileChannel channel, SafetensorsHeader header, long dataStart) {
        this.path = path;
        this.channel = channel;
        this.header = header;
        this.dataStart = dataStart;
    }

    /** Opens a file and checks its header. */
    public static SafetensorsReader open(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new QuietStarException(path + ": no such file; a safetensors file is wanted here.");
        }
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                return open(path, channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new QuietStarException(path + ": cannot be read: " + e, e);
        }
    }

    private static SafetensorsReader open(Path path, FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < Long.BYTES) {
            requireNothingElse(path, channel);
            throw new QuietStarException(path + ": " + size + " bytes are too short for a safetensors file,"
                    + " which begins with the 8-byte length of its header.");
        }
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, length, 0);
        long headerBytes = length.getLong(0);
        long room = Math.min(size - Long.BYTES, SafetensorsHeader.MAX_BYTES);
        if (headerBytes < 0 || headerBytes > room) {
            requireNothingElse(path, channel);
            throw new QuietStarException(path + ": the first 8 bytes say that the header has "
                    + Long.toUnsignedString(headerBytes) + " bytes, but at most " + room
                    + " are possible. The file was cut short or is not in safetensors format.");
        }
        ByteBuffer json = ByteBuffer.allocate((int) headerBytes);
        readFully(channel, json, Long.BYTES);
        long dataStart = Long.BYTES + headerBytes;
        SafetensorsHeader header = SafetensorsHeader.parse(path.toString(), json.array(), size - dataStart);
        return new SafetensorsReader(path, channel, header, dataStart);
    }

    /** Throws where the file's first bytes tell what it is instead: a pointer, a page, an archive. */
    private static void requireNothingElse(Path path, FileChannel channel) throws IOException {
        ByteBuffer start = ByteBuffer.allocate((int) Math.min(PlainText.SNIFFED_BYTES, channel.size()));
        readFully(channel, start, 0);
        Optional<String> what = PlainText.signature(start.array());
        if (what.isPresent()) {
            throw new QuietStarException(path + ": " + what.get() + "; a safetensors file is wanted here.");
        }
    }

    private static void readFully(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            int read = channel.read(buffer, at);
            if (read < 0) {
                throw new IOException("the file ends at byte " + at + "; it was cut short while it was open");
            }
            at += read;
        }
    }

    /** The file that was opened. */
    public Path path() {
        return path;
    }

    /** Names of all tensors, in the order of their bytes in the file. */
    @Override
    public Set<String> names() {
        return header.tensors().keySet();
    }

    /** The free text entries of the header. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    @Override
    public TensorInfo info(String name) {
        TensorInfo info = header.tensors().get(name);
        if (info == null) {
            throw unknown(path, name, names());
        }
        return info;
    }

    @Override
    public Path file(String name) {
        info(name);
        return path;
    }

    static QuietStarException unknown(Path path, String name, Set<String> names) {
        return new QuietStarException(path + ": there is no tensor '" + name + "'; the file holds " + names.size()
                + " tensors" + (names.isEmpty() ? "" : ", such as " + nearest(name, names)) + ".");
    }

    /** The name that shares the most with {@code wanted} at its two ends. */
    private static String nearest(String wanted, Set<String> names) {
        String best = "";
        int bestScore = -1;
        for (String name : names) {
            int mismatch = Arrays.mismatch(wanted.toCharArray(), name.toCharArray());
            String reversedWanted = new StringBuilder(wanted).reverse().toString();
            String reversedName = new StringBuilder(name).reverse().toString();
            int score = mismatch + Arrays.mismatch(reversedWanted.toCharArray(), reversedName.toCharArray());
            if (score > bestScore) {
                bestScore = score;
                best = name;
            }
        }
        return "'" + abbreviate(best) + "'";
    }

    @Override
    public INDArray read(String name, DataType target) {
        TensorInfo info = info(name);
        checkType(info, target);
        INDArray array = Nd4j.createUninitializedDetached(target, 'c', info.dimensions());
        fill(info, array);
        return array;
    }

    @Override
    public void readInto(String name, INDArray existing) {
        TensorInfo info = info(name);
        checkType(info, existing.dataType());
        if (!Arrays.equals(info.dimensions(), existing.shape())) {
            throw new QuietStarException(path + ": tensor '" + abbreviate(name) + "' has shape " + info.shape()
                    + ", but shape " + Arrays.toString(existing.shape())
                    + " is wanted; the sizes in the configuration and in the file differ.");
        }
        if (isPlain(existing)) {
            fill(info, existing);
        } else {
            try (INDArray copy = read(name, existing.dataType())) {
                existing.assign(copy);
            }
        }
    }

    @Override
    public boolean equals(String name, INDArray array) {
        TensorInfo info = info(name);
        checkType(info, array.dataType());
        if (!Arrays.equals(info.dimensions(), array.shape())) {
            return false;
        }
        INDArray flat = array.reshape(info.elements());
        boolean[] same = {true};
        chunks(info, array.dataType(), (from, chunk) -> {
            try (INDArray own =
                    flat.get(NDArrayIndex.interval(from, from + chunk.length())).dup('c')) {
                same[0] &= Arrays.equals(own.toDoubleVector(), chunk.toDoubleVector());
            }
        });
        return same[0];
    }

    /** Whether the elements lie in memory in row-major order, from the first of the buffer to its last. */
    static boolean isPlain(INDArray array) {
        return array.ordering() == 'c' && !array.isView() && Shape.hasDefaultStridesForShape(array);
    }

    private void checkType(TensorInfo info, DataType target) {
        if (!TensorDecoder.canRead(info.type(), target)) {
            throw new QuietStarException(path + ": tensor '" + abbreviate(info.name()) + "' of type " + info.type()
                    + " cannot be read as " + target + "; allowed: "
                    + (info.type().isFloating() ? "FLOAT, DOUBLE" : "FLOAT, DOUBLE, INT32, INT64") + ".");
        }
    }

    /** Reads the elements into {@code array}, which is plain and of the right size. */
    private void fill(TensorInfo info, INDArray array) {
        long elements = info.elements();
        if (elements == 0) {
            return;
        }
        INDArray flat = array.reshape(elements);
        chunks(
                info,
                array.dataType(),
                (from, chunk) -> flat.get(NDArrayIndex.interval(from, from + chunk.length()))
                        .assign(chunk));
    }

    /** Takes elements from {@code from} on, in a one-dimensional array that is closed afterwards. */
    private interface ChunkTaker {
        void take(long from, INDArray chunk);
    }

    private void chunks(TensorInfo info, DataType type, ChunkTaker taker) {
        long elements = info.elements();
        for (long from = 0; from < elements; from += Staging.ELEMENTS) {
            long to = Math.min(elements, from + Staging.ELEMENTS);
            try (INDArray chunk = TensorDecoder.decode(info.type(), bytes(info, from, to), type)) {
                taker.take(from, chunk);
            } catch (ArithmeticException e) {
                throw new QuietStarException(
                        path + ": tensor '" + abbreviate(info.name()) + "': " + e.getMessage() + ".", e);
            } catch (IOException e) {
                throw new QuietStarException(path + ": tensor '" + abbreviate(info.name()) + "': " + e.getMessage(), e);
            }
        }
    }

    private ByteBuffer bytes(TensorInfo info, long from, long to) throws IOException {
        int count = Math.toIntExact((to - from) * info.type().bytes());
        ByteBuffer staging = Staging.of(count);
        readFully(
                channel, staging, dataStart + info.begin() + from * info.type().bytes());
        return staging.flip();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
