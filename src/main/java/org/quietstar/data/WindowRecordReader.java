package org.quietstar.data;

import java.io.DataInputStream;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.datavec.api.conf.Configuration;
import org.datavec.api.records.Record;
import org.datavec.api.records.metadata.RecordMetaData;
import org.datavec.api.records.reader.BaseRecordReader;
import org.datavec.api.split.InputSplit;
import org.datavec.api.writable.NDArrayWritable;
import org.datavec.api.writable.Writable;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.DataConfig.Packing;
import org.quietstar.tokenizer.Tokenizer;

/**
 * DataVec reader of token windows: a record is one {@link NDArrayWritable}, INT32 [L], filled up on the right with the
 * tokenizer's padding id. Every document is its ids and then the end-of-document id; how documents are cut is
 * {@code data.packing}.
 */
public final class WindowRecordReader extends BaseRecordReader {
    private static final long serialVersionUID = 1L;

    private final transient TextRecordReader documents;
    private final transient Tokenizer tokenizer;
    private final transient HoldOutSplit split;
    private final transient WindowCutter cutter;
    private final transient ReadLog log;
    private final int length;
    private final transient ArrayDeque<int[]> pending = new ArrayDeque<>();
    private transient WindowPosition mark;
    private int taken;
    private boolean ended;

    /**
     * Windows of all documents of a reader.
     *
     * @param documents read from its current place; closed with this reader
     * @param tokenizer encodes the documents; not closed
     * @param packing pack, pad or random-span
     * @param sequenceLength L, at least 2
     * @param seed of the random spans
     */
    public WindowRecordReader(
            TextRecordReader documents, Tokenizer tokenizer, Packing packing, int sequenceLength, long seed) {
        this(
                documents,
                tokenizer,
                HoldOutSplit.everything(),
                WindowCutter.of(packing, sequenceLength, seed, true),
                sequenceLength,
                new ReadLog(DataListener.none(), false));
        startEpoch(0, IntStream.range(0, documents.fileCount()).toArray());
    }

    WindowRecordReader(
            TextRecordReader documents,
            Tokenizer tokenizer,
            HoldOutSplit split,
            WindowCutter cutter,
            int length,
            ReadLog log) {
        this.documents = documents;
        this.tokenizer = tokenizer;
        this.split = split;
        this.cutter = cutter;
        this.length = length;
        this.log = log;
    }

    /** Reads all documents once more, the files in the given order. */
    void startEpoch(int epoch, int[] fileOrder) {
        documents.restart(fileOrder);
        begin(epoch, new int[0]);
    }

    /** Goes on at {@code position} of an epoch. */
    void seek(int epoch, int[] fileOrder, WindowPosition position) {
        documents.seek(fileOrder, position.reader());
        begin(epoch, position.carried());
        for (int i = 0; i < position.taken(); i++) {
            nextWindow();
        }
    }

    private void begin(int epoch, int[] carried) {
        pending.clear();
        ended = false;
        taken = 0;
        cutter.startEpoch(epoch);
        cutter.carry(carried);
        mark = new WindowPosition(documents.position(), carried, 0);
    }

    /** The place to {@link #seek} to for the windows from here on. */
    WindowPosition position() {
        if (pending.isEmpty() && !ended && cutter.restartable()) {
            return new WindowPosition(documents.position(), cutter.carried(), 0);
        }
        return new WindowPosition(mark.reader(), mark.carried(), taken);
    }

    @Override
    public boolean hasNext() {
        while (pending.isEmpty() && !ended) {
            if (cutter.restartable()) {
                mark = new WindowPosition(documents.position(), cutter.carried(), 0);
                taken = 0;
            }
            if (documents.hasNext()) {
                encode(documents.nextRecord());
            } else {
                cutter.endEpoch(pending::add);
                ended = true;
            }
        }
        return !pending.isEmpty();
    }

    @Override
    public List<Writable> next() {
        int[] window = nextWindow();
        int[] padded = Arrays.copyOf(window, length);
        Arrays.fill(padded, window.length, length, tokenizer.padId());
        return List.of(new NDArrayWritable(Nd4j.createFromArray(padded)));
    }

    private int[] nextWindow() {
        if (!hasNext()) {
            throw new NoSuchElementException("no window is left");
        }
        taken++;
        return pending.poll();
    }

    private void encode(Record record) {
        var place = (DocumentMetaData) record.getMetaData();
        if (!split.includes(place)) {
            return;
        }
        int[] ids = tokenizer.encode(record.getRecord().get(0).toString());
        if (place.last()) {
            ids = Arrays.copyOf(ids, ids.length + 1);
            ids[ids.length - 1] = tokenizer.eosId();
            log.document();
        }
        log.tokens(ids.length);
        cutter.add(ids, place, pending::add);
    }

    /** As {@link #next()}; a window may span documents, so that the metadata is null. */
    @Override
    public Record nextRecord() {
        return new org.datavec.api.records.impl.Record(next(), null);
    }

    @Override
    public void initialize(InputSplit inputSplit) {
        documents.initialize(inputSplit);
        reset();
    }

    @Override
    public void initialize(Configuration conf, InputSplit inputSplit) {
        setConf(conf);
        initialize(inputSplit);
    }

    @Override
    public void reset() {
        startEpoch(0, IntStream.range(0, documents.fileCount()).toArray());
    }

    @Override
    public boolean resetSupported() {
        return true;
    }

    /** The windows have no labels: an empty list. */
    @Override
    public List<String> getLabels() {
        return List.of();
    }

    /** Not possible: what a window holds depends on the documents before it. */
    @Override
    public List<Writable> record(URI uri, DataInputStream stream) {
        throw new UnsupportedOperationException("windows are read in order only");
    }

    /** Not possible: what a window holds depends on the documents before it. */
    @Override
    public Record loadFromMetaData(RecordMetaData metaData) {
        throw new UnsupportedOperationException("windows are read in order only");
    }

    /** Not possible: what a window holds depends on the documents before it. */
    @Override
    public List<Record> loadFromMetaData(List<RecordMetaData> metaDatas) {
        throw new UnsupportedOperationException("windows are read in order only");
    }

    @Override
    public void setConf(Configuration conf) {
        documents.setConf(conf);
    }

    @Override
    public Configuration getConf() {
        return documents.getConf();
    }

    @Override
    public void close() {
        documents.close();
    }
}
