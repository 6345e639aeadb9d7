package org.quietstar.samediff;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Gives every computed value a place in as few bytes as a greedy rule finds: largest value first, into the first buffer
 * that holds nothing while the value lives.
 */
final class BufferPlanner {
    private static final class Buffer {
        final DataType dataType;
        final long length;
        final List<PlanValue> tenants = new ArrayList<>();
        INDArray array;

        Buffer(DataType dataType, long length) {
            this.dataType = dataType;
            this.length = length;
        }

        private static boolean succeeds(PlanValue next, PlanValue previous) {
            return next.overwrites == previous && next.firstStep == previous.lastStep;
        }

        boolean isFreeFor(PlanValue value) {
            for (PlanValue tenant : tenants) {
                boolean together = value.firstStep <= tenant.lastStep && tenant.firstStep <= value.lastStep;
                if (together && !succeeds(value, tenant) && !succeeds(tenant, value)) {
                    return false;
                }
            }
            return true;
        }
    }

    private final List<Buffer> buffers = new ArrayList<>();
    private long requestedBytes;

    /** Places the values, allocates the buffers, and sets each value's array. */
    void place(List<PlanValue> values) {
        List<PlanValue> order = new ArrayList<>(values);
        order.sort(Comparator.comparingLong(PlanValue::bytes).reversed().thenComparingInt(v -> v.firstStep));
        for (PlanValue value : order) {
            requestedBytes += value.bytes();
            bufferFor(value).tenants.add(value);
        }
        for (Buffer buffer : buffers) {
            buffer.array = Nd4j.createUninitializedDetached(buffer.dataType, buffer.length);
            for (PlanValue tenant : buffer.tenants) {
                tenant.array = viewOf(buffer.array, tenant.shape);
            }
        }
    }

    private Buffer bufferFor(PlanValue value) {
        for (Buffer buffer : buffers) {
            if (buffer.dataType == value.dataType && buffer.length >= value.length() && buffer.isFreeFor(value)) {
                return buffer;
            }
        }
        Buffer buffer = new Buffer(value.dataType, Math.max(1, value.length()));
        buffers.add(buffer);
        return buffer;
    }

    /** The first numbers of a flat array, seen in another shape, row-major. */
    static INDArray viewOf(INDArray flat, long[] shape) {
        return Nd4j.create(flat.data(), shape, Nd4j.getStrides(shape, 'c'), 0, 'c');
    }

    /** Bytes allocated. */
    long plannedBytes() {
        return buffers.stream().mapToLong(b -> b.length * b.dataType.width()).sum();
    }

    /** Bytes that an executor with an array of its own for every value would allocate. */
    long requestedBytes() {
        return requestedBytes;
    }

    void close() {
        for (Buffer buffer : buffers) {
            if (buffer.array != null && buffer.array.closeable()) {
                buffer.array.close();
            }
        }
    }
}
