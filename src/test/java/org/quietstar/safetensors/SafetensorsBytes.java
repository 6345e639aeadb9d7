package org.quietstar.safetensors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Safetensors files put together by hand, right and wrong ones. */
public final class SafetensorsBytes {
    private SafetensorsBytes() {}

    /** A file with this header and these data bytes. */
    public static Path file(Path folder, String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return raw(folder, json.length, json, data);
    }

    /** A file whose first eight bytes say {@code headerLength}, whatever follows. */
    public static Path raw(Path folder, long headerLength, byte[] json, byte[] data) {
        byte[] bytes = ByteBuffer.allocate(Long.BYTES + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerLength)
                .put(json)
                .put(data)
                .array();
        try {
            return Files.write(folder.resolve("crafted.safetensors"), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String tensor(String name, String type, String shape, long begin, long end) {
        return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + ","
                + end + "]}";
    }

    public static byte[] littleEndian(int bytes, java.util.function.Consumer<ByteBuffer> content) {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        content.accept(buffer);
        return buffer.array();
    }
}
