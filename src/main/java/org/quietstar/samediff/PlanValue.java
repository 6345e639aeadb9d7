package org.quietstar.samediff;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One variable of a planned graph: where its numbers live, and from which step to which. */
final class PlanValue {
    enum Kind {
        /** Array of the caller: placeholder or trainable variable. */
        BOUND,
        /** Known when the plan is made: a constant, or computed from constants and shapes alone. */
        CONSTANT,
        /** Known to be all zero, and materialised only where a step still reads it. */
        ZERO,
        /** Written by a step into a planned buffer. */
        COMPUTED
    }

    final String name;
    final Kind kind;
    final DataType dataType;
    final long[] shape;

    /** The value whose buffer this one shares (reshape and the like), or null. */
    final PlanValue aliasOf;

    /** The array in force: the caller's, the constant's, a shape-only stand-in while planning, then the planned one. */
    INDArray array;

    /** The value in whose place this one may be written, if that one is read for the last time when this is made. */
    PlanValue overwrites;

    int firstStep = Integer.MAX_VALUE;
    int lastStep = -1;

    PlanValue(String name, Kind kind, DataType dataType, long[] shape, PlanValue aliasOf, INDArray array) {
        this.name = name;
        this.kind = kind;
        this.dataType = dataType;
        this.shape = shape.clone();
        this.aliasOf = aliasOf;
        this.array = array;
    }

    /** The value that owns the buffer. */
    PlanValue root() {
        PlanValue value = this;
        while (value.aliasOf != null) {
            value = value.aliasOf;
        }
        return value;
    }

    boolean isStatic() {
        return kind == Kind.CONSTANT || kind == Kind.ZERO;
    }

    long length() {
        long length = 1;
        for (long size : shape) {
            length *= size;
        }
        return length;
    }

    long bytes() {
        return length() * dataType.width();
    }
}
