package org.quietstar.data.parquet;

import com.github.luben.zstd.Zstd;
import io.airlift.compress.lz4.Lz4Decompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/** Unpacks the pages of a column. The library's own codecs are Hadoop's, which is not there. */
final class ParquetCodecs implements CompressionCodecFactory {
    /** Unpacks a page into an array of the size that it says. */
    private interface Unpacking {
        void unpack(byte[] packed, byte[] page) throws IOException;
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return switch (codec) {
            case UNCOMPRESSED -> new Decompressor((packed, page) -> System.arraycopy(packed, 0, page, 0, page.length));
            case SNAPPY -> new Decompressor((packed, page) -> Snappy.uncompress(packed, 0, packed.length, page, 0));
            case GZIP -> new Decompressor(ParquetCodecs::gunzip);
            case ZSTD -> new Decompressor((packed, page) -> Zstd.decompress(page, packed));
            case LZ4_RAW ->
                new Decompressor((packed, page) ->
                        new Lz4Decompressor().decompress(packed, 0, packed.length, page, 0, page.length));
            default -> throw new UnsupportedCodec(codec.name());
        };
    }

    /** A compression that is not read here. */
    static final class UnsupportedCodec extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnsupportedCodec(String name) {
            super("its pages are compressed with " + name
                    + ", which is not read; write it again with snappy, zstd, gzip or without compression");
        }
    }

    private static void gunzip(byte[] packed, byte[] page) throws IOException {
        try (var stream = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            if (stream.readNBytes(page, 0, page.length) < page.length) {
                throw new IOException("a page is shorter than it says");
            }
        }
    }

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        throw new UnsupportedOperationException("nothing is written here");
    }

    @Override
    public void release() {
        // Nothing is held.
    }

    private static final class Decompressor implements BytesInputDecompressor {
        private final Unpacking unpacking;

        Decompressor(Unpacking unpacking) {
            this.unpacking = unpacking;
        }

        @Override
        public BytesInput decompress(BytesInput bytes, int size) throws IOException {
            byte[] page = new byte[size];
            unpacking.unpack(bytes.toInputStream().readAllBytes(), page);
            return BytesInput.from(page);
        }

        @Override
        public void decompress(ByteBuffer input, int packedSize, ByteBuffer output, int size) throws IOException {
            byte[] packed = new byte[packedSize];
            input.get(packed);
            byte[] page = new byte[size];
            unpacking.unpack(packed, page);
            output.put(page);
        }

        @Override
        public void release() {
            // Nothing is held.
        }
    }
}
