package org.quietstar.samediff.plan.run;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.quietstar.samediff.HostArrays;
import org.quietstar.samediff.plan.ir.GemmScalars;
import org.quietstar.samediff.plan.ir.KernelNode;
import org.quietstar.samediff.plan.ir.Value;

/**
 * Matrix products by calls of ND4J's BLAS, where M2.1's own op is slow. For each of many small products it makes three array
 * descriptions under a lock that threads share, which takes three times as long as a product of a thought block's few
 * keys. One to three rows it hands to the product of matrices, which first copies the other matrix into an order of its
 * own; a product with a vector reads that matrix once (measured: 26 instead of 11 GB/s).
 */
public final class BlasMatmul implements Kernel {
    /** Rows up to which each is a product with a vector. */
    private static final int FEW_ROWS = 3;
    /** Numbers in a matrix from which on a few rows are worth it. */
    private static final long LARGE = 1L << 14;

    /** A matrix of each product, and where each begins. */
    private record Operand(Gemm.Matrix matrix, long[] starts) {
        static Operand of(INDArray array, boolean transposed) {
            int rank = array.rank();
            long rows = array.size(rank - 2);
            long columns = array.size(rank - 1);
            boolean byRow = isByRow(array);
            long stride = array.stride(byRow ? rank - 2 : rank - 1);
            long least = byRow ? columns : rows;
            long apart = (byRow ? rows : columns) == 1 ? least : stride;
            int leading = Math.toIntExact(Math.max(least, apart));
            return new Operand(
                    new Gemm.Matrix(numbersOf(array), transposed == byRow, leading),
                    RowStarts.of(array, rank - 2, array.offset()));
        }

        void stand(long place) {
            matrix.numbers().position(place);
        }
    }

    private final Operand a;
    private final Operand b;
    private final Operand c;
    private final Gemm call;
    private final boolean byRows;

    private BlasMatmul(
            INDArray a, boolean transposeA, INDArray b, boolean transposeB, INDArray c, GemmScalars factors) {
        int rank = c.rank();
        this.a = Operand.of(a, transposeA);
        this.b = Operand.of(b, transposeB);
        this.c = Operand.of(c, false);
        this.call = new Gemm(
                Math.toIntExact(c.size(rank - 2)),
                Math.toIntExact(c.size(rank - 1)),
                Math.toIntExact(a.size(transposeA ? rank - 2 : rank - 1)),
                factors.alpha(),
                factors.beta());
        this.byRows = rank == 2 && call.m() <= FEW_ROWS && !this.a.matrix.transposed();
    }

    /** Whether a step is of many products, or of few rows, on a backend whose BLAS this is. */
    static boolean fits(KernelNode step) {
        if (!step.is("matmul") || !(step.op() instanceof DynamicCustomOp custom)) {
            return false;
        }
        Value c = step.outputs().get(0);
        int rank = c.shape.length;
        long[] transposed = custom.iArgs();
        boolean knownType = (c.dataType == DataType.FLOAT || c.dataType == DataType.DOUBLE)
                && step.inputs().stream().allMatch(in -> in.dataType == c.dataType && in.shape.length == rank);
        boolean fewRows =
                rank == 2 && c.shape[0] <= FEW_ROWS && step.inputs().get(1).length() >= LARGE;
        return (rank > 2 || fewRows)
                && knownType
                && (transposed.length < 3 || transposed[2] == 0)
                && HostArrays.arraysOnHost();
    }

    /** The products of a step's arrays, or of a share of them. */
    static BlasMatmul of(KernelNode step, List<INDArray> inputs, INDArray output) {
        var op = (DynamicCustomOp) step.op();
        long[] transposed = Arrays.copyOf(op.iArgs(), 2);
        INDArray a = inputs.get(0);
        INDArray b = inputs.get(1);
        if (isByRow(output)) {
            return new BlasMatmul(a, transposed[0] != 0, b, transposed[1] != 0, output, GemmScalars.of(op));
        }
        // Written by column, the result is Cᵀ = B'ᵀ·A'ᵀ by row.
        int rank = output.rank();
        return new BlasMatmul(
                b, transposed[1] == 0, a, transposed[0] == 0, output.swapAxes(rank - 2, rank - 1), GemmScalars.of(op));
    }

    private static boolean isByRow(INDArray array) {
        int rank = array.rank();
        return array.size(rank - 1) == 1
                ? array.size(rank - 2) == 1 || array.stride(rank - 2) != 1
                : array.stride(rank - 1) == 1;
    }

    /** A pointer of this kernel's own to a buffer's first number, which is moved from product to product. */
    private static Pointer numbersOf(INDArray array) {
        Pointer buffer = HostArrays.buffer(array).pointer();
        return array.dataType() == DataType.DOUBLE ? new DoublePointer(buffer) : new FloatPointer(buffer);
    }

    @Override
    public String kind() {
        return "matmul";
    }

    @Override
    public void execute() {
        for (int i = 0; i < c.starts.length; i++) {
            b.stand(b.starts[i]);
            if (byRows) {
                for (int row = 0; row < call.m(); row++) {
                    a.stand(a.starts[i] + (long) row * a.matrix.leading());
                    c.stand(c.starts[i] + (long) row * c.matrix.leading());
                    call.row(a.matrix, b.matrix, c.matrix);
                }
            } else {
                a.stand(a.starts[i]);
                c.stand(c.starts[i]);
                call.product(a.matrix, b.matrix, c.matrix);
            }
        }
    }
}
