package org.quietstar.model.attention;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.samediff.HostArrays;

/**
 * Keys and values of every layer, as the attention reads them, N rows of width KV·E each. Which row belongs to which token
 * is for the user to say. A pass can write into a run of rows and read a run of them without a copy; rows that lie
 * otherwise are copied in with a stride. All rows are zero at first, so that rows that a mask hides may be read.
 */
public final class KvCache implements AutoCloseable {
    private final long rows;
    private final List<INDArray> keys = new ArrayList<>();
    private final List<INDArray> values = new ArrayList<>();

    /** @param rows N */
    public KvCache(HeadShape shape, int layers, long rows, DataType type) {
        this.rows = rows;
        for (int i = 0; i < layers; i++) {
            keys.add(zeros(type, rows, shape.keyWidth()));
            values.add(zeros(type, rows, shape.keyWidth()));
        }
    }

    private static INDArray zeros(DataType type, long... shape) {
        return Nd4j.createUninitializedDetached(type, shape).assign(0);
    }

    /** N */
    public long rows() {
        return rows;
    }

    /** Bytes of a cache; nothing is allocated. */
    public static long bytes(HeadShape shape, int layers, long rows, DataType type) {
        return 2L * layers * rows * shape.keyWidth() * type.width();
    }

    /**
     * Rows at equal distances.
     *
     * @param first the first of them
     * @param stride from one to the next
     */
    public record Rows(int first, int stride) {}

    /** Keys of the rows {@code from} … {@code to} − 1 of a layer, [to − from, KV·E], not copied. */
    public INDArray keys(int layer, long from, long to) {
        return run(keys.get(layer), from, to);
    }

    /** Values of the rows {@code from} … {@code to} − 1 of a layer, [to − from, KV·E], not copied. */
    public INDArray values(int layer, long from, long to) {
        return run(values.get(layer), from, to);
    }

    private INDArray run(INDArray array, long from, long to) {
        return from == 0 && to == rows ? array : array.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
    }

    /**
     * Copies rows that a pass has computed.
     *
     * @param newKeys of the layer, [n, KV·E]
     * @param newValues of the layer, [n, KV·E]
     * @param source where they are in these two
     * @param target where they go in this cache
     * @param count how many rows
     */
    public void store(int layer, INDArray newKeys, INDArray newValues, Rows source, Rows target, int count) {
        copy(newKeys, source, keys.get(layer), target, count);
        copy(newValues, source, values.get(layer), target, count);
    }

    /** Copies rows of all layers of another cache. */
    public void store(KvCache other, Rows source, Rows target, int count) {
        for (int i = 0; i < keys.size(); i++) {
            store(i, other.keys.get(i), other.values.get(i), source, target, count);
        }
    }

    private static void copy(INDArray from, Rows source, INDArray to, Rows target, int count) {
        HostArrays.copyRows(from, source.first, source.stride, to, target.first, target.stride, count);
    }

    @Override
    public void close() {
        keys.forEach(INDArray::close);
        values.forEach(INDArray::close);
    }
}
