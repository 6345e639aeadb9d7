package org.quietstar.safetensors;

import org.nd4j.linalg.api.buffer.DataType;

/** Element types of the safetensors format that this program reads; each is stored little-endian. */
public enum TensorType {
    F64(8, DataType.DOUBLE),
    F32(4, DataType.FLOAT),
    F16(2, DataType.FLOAT),
    BF16(2, DataType.FLOAT),
    I64(8, DataType.INT64),
    I32(4, DataType.INT32),
    I16(2, DataType.INT32),
    I8(1, DataType.INT32),
    U8(1, DataType.INT32),
    BOOL(1, DataType.INT32);

    private final int bytes;
    private final DataType naturalType;

    TensorType(int bytes, DataType naturalType) {
        this.bytes = bytes;
        this.naturalType = naturalType;
    }

    /** Bytes of one element in the file. */
    public int bytes() {
        return bytes;
    }

    /** The narrowest of FLOAT, DOUBLE, INT32 and INT64 that holds every value of this type exactly. */
    public DataType naturalType() {
        return naturalType;
    }

    /** Whether the elements are floating-point numbers. */
    public boolean isFloating() {
        return naturalType == DataType.FLOAT || naturalType == DataType.DOUBLE;
    }

    /** The type that arrays of {@code type} are written as; IllegalArgumentException for one that is never written. */
    static TensorType of(DataType type) {
        return switch (type) {
            case DOUBLE -> F64;
            case FLOAT -> F32;
            case LONG -> I64;
            case INT -> I32;
            default ->
                throw new IllegalArgumentException("arrays of type " + type
                        + " are not written to safetensors; allowed: FLOAT, DOUBLE, INT32, INT64");
        };
    }
}
