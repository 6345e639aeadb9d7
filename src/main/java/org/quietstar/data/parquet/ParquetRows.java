package org.quietstar.data.parquet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.quietstar.QuietStarException;

/**
 * The values of one column. Of the file that column alone is read, one group of rows at a time, which is in memory as a
 * whole. Used by one thread.
 */
public final class ParquetRows implements Closeable {
    private static final String MAGIC = "PAR1";
    private static final String ENCRYPTED = "PARE";

    private final Path file;
    private final ParquetFileReader reader;
    private final MessageType wanted;
    private final MessageColumnIO columns;
    private final List<String> path;
    private long row;
    private long leftInGroup;
    private Optional<RecordReader<Group>> group = Optional.empty();

    private ParquetRows(Path file, ParquetFileReader reader, String column) {
        this.file = file;
        this.reader = reader;
        MessageType schema = reader.getFileMetaData().getSchema();
        this.path = path(file, schema, column);
        this.wanted = new MessageType(schema.getName(), narrowed(schema, 0));
        this.columns = new ColumnIOFactory().getColumnIO(wanted, schema);
        reader.setRequestedSchema(wanted);
    }

    /**
     * Opens a file.
     *
     * @param column name of a column, or, with dots, of one within a structure
     * @param firstRow number of the row that comes first, from 0
     * @throws QuietStarException where the file is no Parquet, is cut short or encrypted, or has no such column of text or
     *     lists, with the columns that there are
     * @throws IOException where it cannot be read
     */
    public static ParquetRows open(Path file, String column, long firstRow) throws IOException {
        requireWhole(file);
        ParquetFileReader reader;
        try {
            reader = ParquetFileReader.open(
                    new LocalInputFile(file),
                    ParquetReadOptions.builder(new PlainParquetConfiguration())
                            .withCodecFactory(new ParquetCodecs())
                            .build());
        } catch (RuntimeException | IOException e) {
            throw damaged(file, e);
        }
        try {
            var rows = new ParquetRows(file, reader, column);
            rows.skip(firstRow);
            return rows;
        } catch (RuntimeException | IOException e) {
            reader.close();
            throw e;
        }
    }

    /** A Parquet file ends as it begins; what describes it stands at its end. */
    private static void requireWhole(Path file) throws IOException {
        try (var bytes = new RandomAccessFile(file.toFile(), "r")) {
            String first = mark(bytes, 0);
            String last = mark(bytes, Math.max(0, bytes.length() - MAGIC.length()));
            if (first.equals(ENCRYPTED) || last.equals(ENCRYPTED)) {
                throw new QuietStarException(file + ": is an encrypted Parquet file; write it without encryption");
            }
            if (!first.equals(MAGIC)) {
                throw new QuietStarException(file + ": is no Parquet file: it does not begin with " + MAGIC);
            }
            if (!last.equals(MAGIC)) {
                throw new QuietStarException(file + ": the Parquet file is cut short: it does not end with " + MAGIC
                        + "; fetch or write it again");
            }
        }
    }

    private static String mark(RandomAccessFile bytes, long at) throws IOException {
        byte[] mark = new byte[MAGIC.length()];
        bytes.seek(at);
        int read = bytes.read(mark);
        return new String(mark, 0, Math.max(0, read), StandardCharsets.ISO_8859_1);
    }

    private static QuietStarException damaged(Path file, Exception cause) {
        return new QuietStarException(
                file
                        + ": the Parquet file is damaged: what its end says of its columns, or a page of them, cannot be read;"
                        + " fetch or write it again",
                cause);
    }

    private static List<String> path(Path file, MessageType schema, String column) {
        List<String> path = schema.containsField(column) ? List.of(column) : List.of(column.split("\\."));
        Type type = schema;
        for (String name : path) {
            if (type.isPrimitive() || !type.asGroupType().containsField(name)) {
                throw new QuietStarException(
                        file + ": has no column \"" + column + "\" that data.textField names; there are: "
                                + String.join(", ", names(schema)) + "; set data.textField to the one with the text");
            }
            type = type.asGroupType().getType(name);
        }
        if (type.isPrimitive() && type.asPrimitiveType().getPrimitiveTypeName() != PrimitiveTypeName.BINARY) {
            throw new QuietStarException(file + ": column \"" + column + "\" holds "
                    + type.asPrimitiveType().getPrimitiveTypeName() + ", not text; there are: "
                    + String.join(", ", names(schema)) + "; set data.textField to the one with the text");
        }
        return path;
    }

    /** The columns, those of structures with dots. */
    private static List<String> names(GroupType schema) {
        List<String> names = new ArrayList<>();
        for (Type type : schema.getFields()) {
            if (type.isPrimitive() || type.getLogicalTypeAnnotation() != null) {
                names.add(type.getName());
            } else {
                names(type.asGroupType()).forEach(inner -> names.add(type.getName() + "." + inner));
            }
        }
        return names;
    }

    /** The field at a depth of the path, and of structures on the way that field alone. */
    private Type narrowed(GroupType parent, int depth) {
        Type type = parent.getType(path.get(depth));
        return depth + 1 == path.size()
                ? type
                : type.asGroupType().withNewFields(narrowed(type.asGroupType(), depth + 1));
    }

    /** Number of the row that {@link #next} gives next, from 0. */
    public long row() {
        return row;
    }

    /**
     * The next value: a text, a list or an object, {@code null} where the row has none, or bytes where they are no UTF-8.
     * Empty at the end.
     *
     * @throws QuietStarException where the file is damaged here, or compressed in a way that is not read
     * @throws IOException where it cannot be read
     */
    public Optional<JsonNode> next() throws IOException {
        try {
            while (leftInGroup == 0) {
                if (!openGroup()) {
                    return Optional.empty();
                }
            }
            Group record = group.orElseThrow().read();
            leftInGroup--;
            row++;
            return Optional.of(value(record, 0));
        } catch (ParquetCodecs.UnsupportedCodec e) {
            throw new QuietStarException(file + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw damaged(file, e);
        } catch (IOException e) {
            // The library's own faults have causes; those of the disk do not.
            if (e.getCause() != null) {
                throw damaged(file, e);
            }
            throw e;
        }
    }

    private boolean openGroup() throws IOException {
        PageReadStore pages = reader.readNextRowGroup();
        if (pages == null) {
            return false;
        }
        leftInGroup = pages.getRowCount();
        group = Optional.of(columns.getRecordReader(pages, new GroupRecordConverter(wanted)));
        return true;
    }

    private void skip(long rows) throws IOException {
        var blocks = reader.getFooter().getBlocks().iterator();
        long left = rows;
        while (left > 0 && blocks.hasNext()) {
            long count = blocks.next().getRowCount();
            if (count > left) {
                break;
            }
            reader.skipNextRowGroup();
            left -= count;
            row += count;
        }
        for (; left > 0 && next().isPresent(); left--) {
            // Rows of a group are only read one after the other.
        }
    }

    private JsonNode value(Group record, int depth) {
        String name = path.get(depth);
        if (record.getFieldRepetitionCount(name) == 0) {
            return NullNode.getInstance();
        }
        return depth + 1 == path.size()
                ? GroupJson.field(record, record.getType().getFieldIndex(name))
                : value(record.getGroup(name, 0), depth + 1);
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
