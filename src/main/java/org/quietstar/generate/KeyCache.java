package org.quietstar.generate;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.QuietStarException;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.HeadShape;
import org.quietstar.samediff.HostMemory;

/**
 * Rotated keys and values of every layer, [positions, B, KV·E]. Position comes first, so that the first C of them lie
 * together and a plan for C positions reads no others.
 */
final class KeyCache implements AutoCloseable {
    private final int batch;
    private final int capacity;
    private final List<INDArray> keys = new ArrayList<>();
    private final List<INDArray> values = new ArrayList<>();

    KeyCache(ModelConfig model, int batch, int capacity, DataType type) {
        this.batch = batch;
        this.capacity = capacity;
        int width = HeadShape.of(model).keyWidth();
        long bytes = (long) capacity * batch * width * type.width();
        if (bytes > Integer.MAX_VALUE) {
            throw new QuietStarException("The keys of " + batch + " sequences of " + capacity + " tokens take " + bytes
                    + " bytes a layer, more than 2^31 - 1; generate fewer sequences at a time or fewer tokens");
        }
        for (int i = 0; i < model.layers(); i++) {
            keys.add(Nd4j.zeros(type, (long) capacity * batch, width));
            values.add(Nd4j.zeros(type, (long) capacity * batch, width));
        }
    }

    int batch() {
        return batch;
    }

    /** Positions that there is room for. */
    int capacity() {
        return capacity;
    }

    /** Keys of the first C positions, [C·B, KV·E], not copied. */
    INDArray keys(int layer, int context) {
        return first(keys.get(layer), context);
    }

    /** Values of the first C positions, [C·B, KV·E], not copied. */
    INDArray values(int layer, int context) {
        return first(values.get(layer), context);
    }

    private INDArray first(INDArray array, int context) {
        return context == capacity
                ? array
                : array.get(NDArrayIndex.interval(0, (long) context * batch), NDArrayIndex.all());
    }

    /**
     * Stores rows that a pass has computed.
     *
     * @param layer of the keys and values
     * @param newKeys [B·R, KV·E]
     * @param newValues [B·R, KV·E]
     * @param row first row of them
     * @param count how many rows
     * @param slot the sequence, 0 … B − 1
     * @param position of the first row
     */
    void store(int layer, INDArray newKeys, INDArray newValues, int row, int count, int slot, int position) {
        HostMemory.copyRows(newKeys, row, 1, keys.get(layer), position * batch + slot, batch, count);
        HostMemory.copyRows(newValues, row, 1, values.get(layer), position * batch + slot, batch, count);
    }

    /** Takes over the first {@code count} positions of a sequence of another cache. */
    void take(KeyCache other, int otherSlot, int slot, int count) {
        for (int i = 0; i < keys.size(); i++) {
            HostMemory.copyRows(other.keys.get(i), otherSlot, other.batch, keys.get(i), slot, batch, count);
            HostMemory.copyRows(other.values.get(i), otherSlot, other.batch, values.get(i), slot, batch, count);
        }
    }

    @Override
    public void close() {
        keys.forEach(INDArray::close);
        values.forEach(INDArray::close);
    }
}
