package org.quietstar.samediff.plan.ir;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One variable of a planned graph: where its numbers live, and from which step to which. */
public final class Value {
    public enum Kind {
        /** Array of the caller: placeholder, trainable variable, or where an output is to be written. */
        BOUND,
        /** Known when the plan is made: a constant, or computed from constants and shapes alone. */
        CONSTANT,
        /** Known to be all zero, and materialised only where a step still reads it. */
        ZERO,
        /** Written by a step into a planned buffer. */
        COMPUTED
    }

    public final String name;
    public final DataType dataType;
    public final long[] shape;

    /** The array in force: the caller's, the constant's, or while planning one whose shape alone counts. */
    public INDArray array;

    private Kind ownKind;
    private Value base;
    private StridedLayout layout;

    private Value(String name, Kind kind, DataType dataType, StridedLayout layout, Value base, INDArray array) {
        this.name = name;
        this.ownKind = kind;
        this.dataType = dataType;
        this.layout = layout;
        this.shape = layout.shape();
        this.base = base;
        this.array = array;
    }

    /** A value with numbers of its own. */
    public static Value root(String name, Kind kind, DataType dataType, long[] shape, INDArray array) {
        return new Value(name, kind, dataType, StridedLayout.dense(shape), null, array);
    }

    /** A value whose numbers are some of {@code owner}'s root's; the layout is among all of the root's numbers. */
    public static Value view(String name, Value owner, StridedLayout layout, INDArray array) {
        Value root = owner.root();
        return new Value(name, root.kind(), root.dataType, layout, root, array);
    }

    /** The value that owns the numbers. */
    public Value root() {
        Value value = this;
        while (value.base != null) {
            value = value.base;
        }
        return value;
    }

    public Kind kind() {
        return base == null ? ownKind : root().ownKind;
    }

    /** A root that the plan would have computed into a buffer of its own goes to the caller's array instead. */
    public void bind(INDArray target) {
        ownKind = Kind.BOUND;
        array = target;
    }

    /** Where the numbers stand among the root's. */
    public StridedLayout layout() {
        return base == null || base.base == null ? layout : layout.within(base.layout(), base.shape);
    }

    /** From now on this value's numbers stand among those of {@code newBase}, as {@code place} says. */
    public void moveInto(Value newBase, StridedLayout place) {
        if (base != null || newBase.root() == this) {
            throw new IllegalStateException("'" + name + "' cannot move into '" + newBase.name + "'");
        }
        base = newBase;
        layout = place;
    }

    /** Whether the numbers stand in a row; only matrix products read others. */
    boolean isDense() {
        return layout().isDense();
    }

    /** Whether this is all of the root's numbers in their order. */
    public boolean isWhole() {
        return isDense() && layout().offset() == 0 && length() == root().length();
    }

    public boolean isStatic() {
        return kind() == Kind.CONSTANT || kind() == Kind.ZERO;
    }

    public boolean sameNumbers(Value other) {
        return root() == other.root() && layout().equals(other.layout());
    }

    public boolean hasShape(Value other) {
        return Arrays.equals(shape, other.shape);
    }

    public long length() {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    public long bytes() {
        return length() * dataType.width();
    }

    @Override
    public String toString() {
        return name + " " + layout();
    }
}
