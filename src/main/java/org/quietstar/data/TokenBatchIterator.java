package org.quietstar.data;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.MultiDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The batches as any program on Deeplearning4j takes them: features[0] are the ids, INT32 [B, L]; labels[0] the next ids,
 * INT32 [B, L], the padding id where there is none; both have a mask, FLOAT [B, L], 1 for a token. DL4J's own iterators
 * over records emit FLOAT only.
 *
 * <p>Training text has no end, so that {@link #hasNext} is always true; {@link #reset} returns to its beginning.
 *
 * <pre>{@code
 * try (TextBatches text = TextBatches.validation(config, tokenizer, 42, DataListener.none())) {
 *     graph.fit(new AsyncMultiDataSetIterator(new TokenBatchIterator(text)), 1);
 * }
 * }</pre>
 */
public final class TokenBatchIterator implements MultiDataSetIterator {
    private static final long serialVersionUID = 1L;

    private final transient TextBatches batches;
    private transient MultiDataSetPreProcessor preProcessor;

    /** @param batches where they come from, and who closes what they hold */
    public TokenBatchIterator(TextBatches batches) {
        this.batches = batches;
    }

    @Override
    public boolean hasNext() {
        return batches.hasNext();
    }

    @Override
    public MultiDataSet next() {
        TokenBatch batch = batches.next();
        int length = batch.sequenceLength();
        int[] next = new int[batch.ids().length];
        float[] mask = new float[next.length];
        float[] nextMask = new float[next.length];
        for (int row = 0; row < batch.lengths().length; row++) {
            int first = row * length;
            int last = first + length - 1;
            int real = batch.lengths()[row];
            System.arraycopy(batch.ids(), first + 1, next, first, length - 1);
            next[last] = real == length ? batches.padId() : batch.ids()[last];
            Arrays.fill(mask, first, first + real, 1);
            Arrays.fill(nextMask, first, first + Math.max(0, real - 1), 1);
        }
        long[] shape = {batch.lengths().length, length};
        var data = new org.nd4j.linalg.dataset.MultiDataSet(
                new INDArray[] {ids(batch.ids(), shape)},
                new INDArray[] {ids(next, shape)},
                new INDArray[] {mask(mask, shape)},
                new INDArray[] {mask(nextMask, shape)});
        if (preProcessor != null) {
            preProcessor.preProcess(data);
        }
        return data;
    }

    // Arrays of their shape from the start: a reshaped one is a view, whose memory nobody can give back.
    private static INDArray ids(int[] numbers, long... shape) {
        return Nd4j.create(numbers, shape, Nd4j.getStrides(shape, 'c'), 'c', DataType.INT32);
    }

    private static INDArray mask(float[] numbers, long... shape) {
        return Nd4j.create(numbers, shape, Nd4j.getStrides(shape, 'c'), 'c', DataType.FLOAT);
    }

    /** Batches have one size: not supported. */
    @Override
    public MultiDataSet next(int num) {
        throw new UnsupportedOperationException("batches have data.batchSize sequences each; call next()");
    }

    @Override
    public void reset() {
        batches.reset();
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
