package org.quietstar.thought;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.HeadShape;

/** Keys and values of the blocks' steps, [steps·B·P·L, KV·E] for each layer, step after step. */
final class BlockCache implements AutoCloseable {
    private final int stepRows;
    private final List<INDArray> keys = new ArrayList<>();
    private final List<INDArray> values = new ArrayList<>();

    /** @param steps how many steps there is room for */
    BlockCache(ModelConfig model, ThoughtSizes sizes, int steps, DataType type) {
        this.stepRows = sizes.stepRows();
        for (int i = 0; i < model.layers(); i++) {
            for (List<INDArray> arrays : List.of(keys, values)) {
                arrays.add(Nd4j.zeros(
                        type,
                        (long) steps * stepRows,
                        HeadShape.of(model).keyWidth()));
            }
        }
    }

    /** Keys of the steps {@code first} … {@code last}, from 1: a view [(last − first + 1)·B·P·L, KV·E]. */
    INDArray keys(int layer, int first, int last) {
        return rows(keys.get(layer), first, last);
    }

    /** Values of the steps {@code first} … {@code last}, from 1: a view [(last − first + 1)·B·P·L, KV·E]. */
    INDArray values(int layer, int first, int last) {
        return rows(values.get(layer), first, last);
    }

    private INDArray rows(INDArray all, int first, int last) {
        return all.get(
                NDArrayIndex.interval((first - 1L) * stepRows, (long) last * stepRows), NDArrayIndex.all());
    }

    @Override
    public void close() {
        keys.forEach(INDArray::close);
        values.forEach(INDArray::close);
    }
}
