package org.quietstar.safetensors;

import java.util.List;

/**
 * What the header of a safetensors file says about one tensor.
 *
 * @param name name of the tensor
 * @param type element type in the file
 * @param shape sizes of the dimensions, outermost first; empty for a scalar
 * @param begin first byte of the elements, counted from the end of the header
 * @param end byte after the last element, counted from the end of the header
 */
public record TensorInfo(String name, TensorType type, List<Long> shape, long begin, long end) {

    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /** The name, cut where it is so long that it would fill the screen. */
    public String shortName() {
        return SafetensorsHeader.abbreviate(name);
    }

    /** Bytes in the file. */
    public long bytes() {
        return end - begin;
    }

    /** Number of elements. */
    public long elements() {
        return bytes() / type.bytes();
    }

    /** The shape as ND4J wants it. */
    public long[] dimensions() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }
}
