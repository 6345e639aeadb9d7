package org.quietstar.samediff.plan;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.plan.ir.ArrayViews;
import org.quietstar.samediff.plan.ir.StridedLayout;
import org.quietstar.samediff.plan.ir.Value;

/**
 * Memory that several plans use, one after another: as much as the largest of them needs. What a plan leaves there is
 * gone when another one runs; results that must live longer are written into arrays of the caller
 * ({@link StaticPlan.Builder#into}). Plans that share may be compiled at any time, and are used by one thread.
 */
public final class PlanMemory implements AutoCloseable {
    /** Places begin at multiples of this many numbers, so that vector instructions find them aligned. */
    private static final long ALIGNMENT = 16;

    private final Map<DataType, Long> lengths = new EnumMap<>(DataType.class);
    private final Map<DataType, INDArray> arrays = new EnumMap<>(DataType.class);
    private int version;

    /** Makes room for a plan's buffers. */
    void reserve(List<BufferAssignment.Buffer> buffers) {
        Map<DataType, Long> needed = new EnumMap<>(DataType.class);
        buffers.forEach(buffer -> needed.merge(buffer.dataType, padded(buffer.length), Long::sum));
        needed.forEach((type, length) -> {
            if (length > lengths.getOrDefault(type, 0L)) {
                lengths.put(type, length);
                version++;
            }
        });
    }

    private static long padded(long length) {
        return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Changes whenever arrays taken from here are no longer the right ones. */
    int version() {
        return version;
    }

    /** Gives each value of the buffers its array. */
    void place(List<BufferAssignment.Buffer> buffers) {
        Map<DataType, Long> used = new EnumMap<>(DataType.class);
        for (BufferAssignment.Buffer buffer : buffers) {
            long offset = used.getOrDefault(buffer.dataType, 0L);
            used.put(buffer.dataType, offset + padded(buffer.length));
            INDArray flat = array(buffer.dataType);
            for (Value tenant : buffer.tenants) {
                StridedLayout dense = StridedLayout.dense(tenant.shape);
                tenant.array = ArrayViews.view(flat, new StridedLayout(dense.shape(), dense.strides(), offset));
            }
        }
    }

    private INDArray array(DataType type) {
        long length = lengths.get(type);
        INDArray array = arrays.get(type);
        if (array == null || array.length() < length) {
            if (array != null) {
                array.close();
            }
            array = Nd4j.createUninitializedDetached(type, length);
            arrays.put(type, array);
        }
        return array;
    }

    /** Bytes held, or about to be. */
    public long bytes() {
        return lengths.entrySet().stream()
                .mapToLong(e -> e.getValue() * e.getKey().width())
                .sum();
    }

    /** Frees the memory; the plans that use it must not run any more. */
    @Override
    public void close() {
        arrays.values().forEach(INDArray::close);
        arrays.clear();
        lengths.clear();
        version++;
    }
}
