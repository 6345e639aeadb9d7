package org.quietstar.data.parquet;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.xerial.snappy.Snappy;

/** Writes small Parquet files. */
public final class ParquetFiles {
    private ParquetFiles() {}

    /**
     * How a file is written.
     *
     * @param groupBytes bytes after which a group of rows ends
     */
    public record Form(CompressionCodecName codec, WriterVersion version, int groupBytes) {
        public static final Form USUAL = new Form(CompressionCodecName.SNAPPY, WriterVersion.PARQUET_1_0, 1 << 20);
    }

    /** One text column, {@code null} for a row without. */
    public static Path texts(Path file, String column, List<String> texts, Form form) throws IOException {
        return write(file, "message m { optional binary " + column + " (STRING); }", texts, form, (row, text) -> {
            if (text != null) {
                row.append(column, text);
            }
        });
    }

    /** Rows of any schema. */
    public static <T> Path write(Path file, String schema, List<T> rows, Form form, BiConsumer<Group, T> fill)
            throws IOException {
        MessageType type = MessageTypeParser.parseMessageType(schema);
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withType(type)
                .withConf(new PlainParquetConfiguration())
                .withCodecFactory(new Packing())
                .withCompressionCodec(form.codec)
                .withWriterVersion(form.version)
                .withRowGroupSize((long) form.groupBytes)
                .withPageSize(1024)
                .withMinRowCountForPageSizeCheck(1)
                .build()) {
            var groups = new SimpleGroupFactory(type);
            for (T row : rows) {
                Group group = groups.newGroup();
                fill.accept(group, row);
                writer.write(group);
            }
        }
        return file;
    }

    /** The library's codecs are Hadoop's. */
    private static final class Packing implements CompressionCodecFactory {
        @Override
        public BytesInputCompressor getCompressor(CompressionCodecName codec) {
            return new BytesInputCompressor() {
                @Override
                public BytesInput compress(BytesInput bytes) throws IOException {
                    byte[] page = bytes.toInputStream().readAllBytes();
                    return BytesInput.from(
                            switch (codec) {
                                case SNAPPY -> Snappy.compress(page);
                                case ZSTD -> Zstd.compress(page);
                                case GZIP -> gzip(page);
                                default -> page;
                            });
                }

                @Override
                public CompressionCodecName getCodecName() {
                    return codec;
                }

                @Override
                public void release() {
                    // Nothing is held.
                }
            };
        }

        private static byte[] gzip(byte... page) throws IOException {
            var packed = new ByteArrayOutputStream();
            try (var stream = new GZIPOutputStream(packed)) {
                stream.write(page);
            }
            return packed.toByteArray();
        }

        @Override
        public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
            throw new UnsupportedOperationException(Arrays.toString(CompressionCodecName.values()));
        }

        @Override
        public void release() {
            // Nothing is held.
        }
    }
}
