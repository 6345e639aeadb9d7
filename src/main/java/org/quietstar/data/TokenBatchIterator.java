package org.quietstar.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.datavec.api.writable.NDArrayWritable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.MultiDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.QuietStarException;
import org.quietstar.tokenizer.Tokenizer;

/**
 * Batches of token windows: features[0] ids INT32 [B, L], features mask[0] FLOAT [B, L], no labels, and {@link
 * BatchMetaData} as example metadata. DL4J's own RecordReaderMultiDataSetIterator emits FLOAT only.
 *
 * <p>Training goes on for ever. Each epoch takes the files in a new order and draws windows from a buffer that is refilled
 * as it is drawn from; both orders are functions of seed and epoch. A batch may span two epochs. Validation is one pass in
 * the order of the files; rows that its last batch lacks are padding only.
 */
public final class TokenBatchIterator implements MultiDataSetIterator {
    private static final long serialVersionUID = 1L;
    private static final long FILE_ORDER_KEY = 0x46494C4553L; // "FILES"
    private static final long SHUFFLE_KEY = 0x53485546L; // "SHUF"

    private final transient WindowRecordReader windows;
    private final transient Tokenizer tokenizer;
    private final transient BatchPlan plan;
    private final transient List<int[]> buffer = new ArrayList<>();
    private transient SplitMix random;
    private int epoch;
    private boolean epochHadWindows;
    private long batches;
    private transient MultiDataSetPreProcessor preProcessor;

    TokenBatchIterator(WindowRecordReader windows, Tokenizer tokenizer, BatchPlan plan) {
        this.windows = windows;
        this.tokenizer = tokenizer;
        this.plan = plan;
        reset();
    }

    @Override
    public boolean hasNext() {
        return plan.endless() || fillBuffer();
    }

    @Override
    public MultiDataSet next() {
        int[] ids = new int[plan.batchSize() * plan.sequenceLength()];
        Arrays.fill(ids, tokenizer.padId());
        int row = 0;
        while (row < plan.batchSize() && fillBuffer()) {
            System.arraycopy(draw(), 0, ids, row * plan.sequenceLength(), plan.sequenceLength());
            row++;
        }
        if (row == 0) {
            throw new NoSuchElementException("no batch is left");
        }
        batches++;
        MultiDataSet batch = toDataSet(ids);
        if (preProcessor != null) {
            preProcessor.preProcess(batch);
        }
        return batch;
    }

    /** Where the stream stands: behind the batch that {@link #next()} gave last. */
    DataPosition position() {
        return new DataPosition(
                plan.fingerprint(), epoch, windows.position(), buffer.toArray(int[][]::new), random.state(), batches);
    }

    /** Goes on at {@code position}. */
    void restore(DataPosition position) {
        epoch = position.epoch();
        epochHadWindows = true;
        batches = position.batches();
        windows.seek(epoch, fileOrder(), position.windows());
        random = new SplitMix(position.shuffleState());
        buffer.clear();
        buffer.addAll(position.buffer());
    }

    /** Begins again with the first epoch. */
    @Override
    public void reset() {
        batches = 0;
        startEpoch(0);
    }

    private void startEpoch(int next) {
        epoch = next;
        epochHadWindows = false;
        buffer.clear();
        windows.startEpoch(epoch, fileOrder());
        random = SplitMix.of(plan.seed(), SHUFFLE_KEY, epoch);
    }

    private int[] fileOrder() {
        int[] order = IntStream.range(0, plan.files()).toArray();
        if (plan.endless()) {
            SplitMix.of(plan.seed(), FILE_ORDER_KEY, epoch).shuffle(order);
        }
        return order;
    }

    /** Fills the shuffle buffer, from the next epoch where this one is used up; false at the end of a single pass. */
    private boolean fillBuffer() {
        while (true) {
            while (buffer.size() < plan.shuffleBuffer() && windows.hasNext()) {
                buffer.add(window());
                epochHadWindows = true;
            }
            if (!buffer.isEmpty()) {
                return true;
            }
            if (!epochHadWindows) {
                throw new QuietStarException(plan.emptyMessage());
            }
            if (!plan.endless()) {
                return false;
            }
            startEpoch(epoch + 1);
        }
    }

    /** Takes a random window out of the buffer. */
    private int[] draw() {
        int last = buffer.size() - 1;
        int chosen = random.nextInt(last + 1);
        int[] window = buffer.get(chosen);
        buffer.set(chosen, buffer.get(last));
        buffer.remove(last);
        return window;
    }

    private int[] window() {
        try (INDArray window = ((NDArrayWritable) windows.next().get(0)).get()) {
            return window.toIntVector();
        }
    }

    private MultiDataSet toDataSet(int[] ids) {
        int length = plan.sequenceLength();
        float[] mask = new float[ids.length];
        long realTokens = 0;
        long textBytes = 0;
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] != tokenizer.padId()) { // no text yields the padding id
                mask[i] = 1;
                realTokens++;
                textBytes += i % length == 0 ? 0 : tokenizer.textBytes(ids[i]);
            }
        }
        // Arrays of this shape from the start: a reshaped one is a view, whose memory nobody can give back.
        long[] shape = {plan.batchSize(), length};
        long[] strides = Nd4j.getStrides(shape, 'c');
        var batch = new org.nd4j.linalg.dataset.MultiDataSet(
                new INDArray[] {Nd4j.create(ids, shape, strides, 'c', DataType.INT32)},
                new INDArray[0],
                new INDArray[] {Nd4j.create(mask, shape, strides, 'c', DataType.FLOAT)},
                new INDArray[0]);
        batch.setExampleMetaData(List.of(new BatchMetaData(realTokens, textBytes, position())));
        return batch;
    }

    /** Batches have one size: not supported. */
    @Override
    public MultiDataSet next(int num) {
        throw new UnsupportedOperationException("batches have " + plan.batchSize() + " sequences each; call next()");
    }

    @Override
    public void setPreProcessor(MultiDataSetPreProcessor newPreProcessor) {
        preProcessor = newPreProcessor;
    }

    @Override
    public MultiDataSetPreProcessor getPreProcessor() {
        return preProcessor;
    }

    @Override
    public boolean resetSupported() {
        return true;
    }

    @Override
    public boolean asyncSupported() {
        return true;
    }
}
