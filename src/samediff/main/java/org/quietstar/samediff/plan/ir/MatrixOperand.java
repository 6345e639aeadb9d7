package org.quietstar.samediff.plan.ir;

/**
 * What M2.1's matrix product reads and writes where it stands: it hands each pair of matrices to BLAS with the distance
 * between their rows, so that only the numbers of a row (or of a column) must be neighbours.
 */
public final class MatrixOperand {
    private MatrixOperand() {}

    public static boolean fits(Value value) {
        return fits(value.layout());
    }

    public static boolean fits(StridedLayout layout) {
        int rank = layout.shape().length;
        if (rank < 2) {
            return layout.isDense();
        }
        long rows = layout.shape()[rank - 2];
        long columns = layout.shape()[rank - 1];
        long rowStride = layout.strides()[rank - 2];
        long columnStride = layout.strides()[rank - 1];
        boolean byRow = (columns == 1 || columnStride == 1) && (rows == 1 || rowStride >= columns);
        boolean byColumn = (rows == 1 || rowStride == 1) && (columns == 1 || columnStride >= rows);
        return byRow || byColumn;
    }
}
