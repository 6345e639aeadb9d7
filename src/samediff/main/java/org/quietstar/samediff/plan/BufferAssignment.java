package org.quietstar.samediff.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.samediff.plan.ir.Value;

/**
 * Gives every computed value a place in as few bytes as a greedy rule finds: largest value first, into the first buffer
 * that holds nothing while the value lives, one of the value's own length if there is any: in a longer one a thread's share
 * of the value lies where another thread's share of the tenant before was, for which the two have to wait for each other.
 */
final class BufferAssignment {
    /** Numbers of one type, in which several values stand one after another in time. */
    static final class Buffer {
        final DataType dataType;
        final long length;
        final List<Value> tenants = new ArrayList<>();

        Buffer(DataType dataType, long length) {
            this.dataType = dataType;
            this.length = length;
        }

        boolean isFreeFor(Value value, Liveness lifetimes) {
            return tenants.stream().allMatch(tenant -> lifetimes.canShare(value, tenant));
        }
    }

    private final List<Buffer> buffers = new ArrayList<>();
    private long requestedBytes;

    BufferAssignment(Liveness lifetimes) {
        List<Value> order = lifetimes.values().stream()
                .filter(value -> value.kind() == Value.Kind.COMPUTED)
                .sorted(Comparator.comparingLong(Value::bytes).reversed().thenComparingInt(lifetimes::first))
                .toList();
        for (Value value : order) {
            requestedBytes += value.bytes();
            bufferFor(value, lifetimes).tenants.add(value);
        }
    }

    private Buffer bufferFor(Value value, Liveness lifetimes) {
        long length = Math.max(1, value.length());
        List<Buffer> free = buffers.stream()
                .filter(buffer -> buffer.dataType == value.dataType
                        && buffer.length >= length
                        && buffer.isFreeFor(value, lifetimes))
                .toList();
        Optional<Buffer> equal =
                free.stream().filter(buffer -> buffer.length == length).findFirst();
        return equal.or(() -> free.stream().findFirst()).orElseGet(() -> {
            var buffer = new Buffer(value.dataType, length);
            buffers.add(buffer);
            return buffer;
        });
    }

    List<Buffer> buffers() {
        return buffers;
    }

    /** Bytes that the buffers take. */
    long plannedBytes() {
        return buffers.stream().mapToLong(b -> b.length * b.dataType.width()).sum();
    }

    /** Bytes that an executor with an array of its own for every value would allocate. */
    long requestedBytes() {
        return requestedBytes;
    }

    /** The plan's size as a line of text. */
    String describe(int kernels, int barriers) {
        return String.format(
                Locale.ROOT,
                "%d kernels, %d barriers of threads, %.1f MB of buffers for %.1f MB of results",
                kernels,
                barriers,
                plannedBytes() * 1e-6,
                requestedBytes() * 1e-6);
    }
}
