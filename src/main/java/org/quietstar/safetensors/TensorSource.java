package org.quietstar.safetensors;

import java.nio.file.Path;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Named tensors that are read one at a time. Not for several threads at once. */
public interface TensorSource extends AutoCloseable {

    /** Names of all tensors. */
    Set<String> names();

    /** Type, shape and place of a tensor; QuietStarException names the nearest known name where there is none. */
    TensorInfo info(String name);

    /** The file that holds a tensor; QuietStarException where none does. */
    Path file(String name);

    /**
     * Reads a tensor into a new array in row-major order.
     *
     * @param target FLOAT, DOUBLE, INT32 or INT64. Floating-point tensors are read as FLOAT or DOUBLE only; F64 as
     *     FLOAT rounds; an integer that does not fit is a QuietStarException
     */
    INDArray read(String name, DataType target);

    /** Reads a tensor as the narrowest of FLOAT, DOUBLE, INT32 and INT64 that holds its type exactly. */
    default INDArray read(String name) {
        return read(name, info(name).type().naturalType());
    }

    /** Reads a tensor into {@code existing}, which has the tensor's shape and one of the types of {@link #read}. */
    void readInto(String name, INDArray existing);

    /** Whether a tensor has the shape and, read as the array's type, the elements of {@code array}; holds a part of it at a time. */
    boolean equals(String name, INDArray array);

    @Override
    void close();
}
