package org.quietstar.data;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.IntStream;
import org.datavec.api.conf.Configuration;
import org.datavec.api.records.Record;
import org.datavec.api.records.metadata.RecordMetaData;
import org.datavec.api.records.reader.BaseRecordReader;
import org.datavec.api.split.InputSplit;
import org.datavec.api.writable.Text;
import org.datavec.api.writable.Writable;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig.DocumentBoundary;
import org.quietstar.config.DataConfig.TextFormat;
import org.quietstar.tokenizer.ChatTemplate;

/**
 * DataVec reader of documents in plain text and JSON lines, each also compressed, and Parquet, which may be mixed. A record is one
 * {@link Text} with {@link DocumentMetaData}: a document, or for one of more than a million characters a part of it.
 * Memory holds one part, whatever the size of a file.
 *
 * <p>Records that cannot be read (invalid JSON, a missing field, bytes that are no UTF-8, compressed data that breaks off) go
 * to the {@link DataListener} and are passed over, or end the reading, as chosen.
 */
public final class TextRecordReader extends BaseRecordReader {
    private static final long serialVersionUID = 1L;

    /**
     * A place in a pass over several files.
     *
     * @param orderIndex how many files of the pass are finished
     * @param file place in the file that is being read
     */
    record Position(int orderIndex, FilePosition file) implements Serializable {}

    private final String textField;
    private final transient Optional<ChatTemplate> chatTemplate;
    private final DocumentBoundary textDocuments;
    private final transient ReadLog log;
    private transient List<TextFile> files;
    private transient int[] order = {};
    private transient int orderIndex;
    private transient FilePosition start = FilePosition.START;
    private transient DocumentParser parser;
    private transient Optional<DocumentParser.Part> ahead = Optional.empty();
    private transient Position aheadPosition;
    private transient Configuration configuration = new Configuration();

    /**
     * @param files what to read, in this order; empty where {@link #initialize(InputSplit)} will tell
     * @param textField field of a JSON record that holds the text
     * @param textDocuments what ends a document in plain text
     * @param failOnBadRecord whether a bad record throws QuietStarException
     * @param listener is told of bad records
     */
    public TextRecordReader(
            List<TextFile> files,
            String textField,
            DocumentBoundary textDocuments,
            boolean failOnBadRecord,
            DataListener listener) {
        this(files, textField, Optional.empty(), textDocuments, new ReadLog(listener, failOnBadRecord));
    }

    /** @param chatTemplate writes the conversations that {@code textField} may hold */
    TextRecordReader(
            List<TextFile> files,
            String textField,
            Optional<ChatTemplate> chatTemplate,
            DocumentBoundary textDocuments,
            ReadLog log) {
        this.textField = textField;
        this.chatTemplate = chatTemplate;
        this.textDocuments = textDocuments;
        this.log = log;
        this.files = List.copyOf(files);
        reset();
    }

    /** Reads the files of {@code split} instead; their format goes by their names. */
    @Override
    public void initialize(InputSplit split) {
        inputSplit = split;
        var found = new ArrayList<TextFile>();
        for (URI location : split.locations()) {
            Path path = Path.of(location);
            found.addAll(TextSources.resolve("InputSplit", List.of(path.toString()), TextFormat.AUTO));
        }
        closeParser();
        files = List.copyOf(found);
        reset();
    }

    @Override
    public void initialize(Configuration conf, InputSplit split) {
        setConf(conf);
        initialize(split);
    }

    /** Goes through the files once more, in {@code fileOrder}: indices into the list of files. */
    void restart(int[] fileOrder) {
        seek(fileOrder, new Position(0, FilePosition.START));
    }

    /** Continues at {@code position} of a pass in {@code fileOrder}. */
    void seek(int[] fileOrder, Position position) {
        closeParser();
        order = fileOrder.clone();
        orderIndex = position.orderIndex();
        start = position.file();
        ahead = Optional.empty();
    }

    /** The place to {@link #seek} to for what {@link #nextRecord()} would give next. */
    Position position() {
        return ahead.isPresent() ? aheadPosition : currentPosition();
    }

    private Position currentPosition() {
        return new Position(orderIndex, parser == null ? start : parser.position());
    }

    @Override
    public boolean hasNext() {
        if (ahead.isEmpty()) {
            aheadPosition = currentPosition();
            ahead = read();
        }
        return ahead.isPresent();
    }

    @Override
    public List<Writable> next() {
        return nextRecord().getRecord();
    }

    @Override
    public Record nextRecord() {
        if (!hasNext()) {
            throw new NoSuchElementException("no document is left");
        }
        DocumentParser.Part part = ahead.orElseThrow();
        ahead = Optional.empty();
        TextFile file = files.get(order[orderIndex]);
        var metaData = new DocumentMetaData(
                file.path().toString(),
                order[orderIndex],
                part.line(),
                part.part(),
                part.last(),
                part.textHash(),
                part.conversation());
        List<Writable> record = List.of(new Text(part.text()));
        invokeListeners(record);
        return new org.datavec.api.records.impl.Record(record, metaData);
    }

    /** The next part of any document; empty when all files are read. */
    private Optional<DocumentParser.Part> read() {
        while (orderIndex < order.length) {
            TextFile file = files.get(order[orderIndex]);
            try {
                if (parser == null) {
                    parser = parser(file);
                }
                Optional<DocumentParser.Part> part = parser.next();
                if (part.isPresent()) {
                    return part;
                }
            } catch (IOException exception) {
                throw new QuietStarException(
                        file.path() + ": cannot be read (" + exception.getMessage()
                                + "). If the file was moved or changed since the run began, put it back",
                        exception);
            }
            closeParser();
            start = FilePosition.START;
            orderIndex++;
        }
        return Optional.empty();
    }

    private DocumentParser parser(TextFile file) throws IOException {
        if (file.format() == TextFile.Format.TEXT) {
            return new PlainTextParser(file, textDocuments, start, log);
        }
        var record = new JsonRecord(textField, chatTemplate);
        return new RecordParser(
                file.format() == TextFile.Format.PARQUET
                        ? new ParquetRecords(file, textField, record, start, log)
                        : new JsonLines(file, record, start, log),
                start);
    }

    @Override
    public void reset() {
        restart(IntStream.range(0, files.size()).toArray());
    }

    @Override
    public boolean resetSupported() {
        return true;
    }

    /** The documents have no labels: an empty list. */
    @Override
    public List<String> getLabels() {
        return List.of();
    }

    /** The first document of a file, read from its own beginning. */
    @Override
    public List<Writable> record(URI uri, DataInputStream stream) throws IOException {
        try (var reader =
                copyFor(TextSources.resolve("record", List.of(Path.of(uri).toString()), TextFormat.AUTO))) {
            return reader.next();
        }
    }

    @Override
    public Record loadFromMetaData(RecordMetaData metaData) throws IOException {
        return loadFromMetaData(List.of(metaData)).get(0);
    }

    /** Reads the records again; each costs a pass over its file up to its line. */
    @Override
    public List<Record> loadFromMetaData(List<RecordMetaData> metaDatas) throws IOException {
        var records = new ArrayList<Record>();
        for (RecordMetaData metaData : metaDatas) {
            if (!(metaData instanceof DocumentMetaData wanted) || !Files.exists(Path.of(wanted.path()))) {
                throw new IllegalArgumentException("no record of this reader: " + metaData);
            }
            try (var reader = copyFor(List.of(files.get(wanted.file())))) {
                Record record = reader.nextRecord();
                while (!samePlace((DocumentMetaData) record.getMetaData(), wanted)) {
                    record = reader.nextRecord();
                }
                records.add(new org.datavec.api.records.impl.Record(record.getRecord(), wanted));
            }
        }
        return records;
    }

    private static boolean samePlace(DocumentMetaData found, DocumentMetaData wanted) {
        return found.line() == wanted.line() && found.part() == wanted.part();
    }

    private TextRecordReader copyFor(List<TextFile> others) {
        return new TextRecordReader(
                others, textField, chatTemplate, textDocuments, new ReadLog(DataListener.none(), false));
    }

    @Override
    public void setConf(Configuration conf) {
        configuration = conf;
    }

    @Override
    public Configuration getConf() {
        return configuration;
    }

    @Override
    public void close() {
        closeParser();
    }

    private void closeParser() {
        if (parser != null) {
            try {
                parser.close();
            } catch (IOException exception) {
                throw new QuietStarException("a text file cannot be closed (" + exception + ")", exception);
            }
            parser = null;
        }
    }
}
