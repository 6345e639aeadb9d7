package org.quietstar.samediff;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Many matrix products, one call of ND4J's BLAS for each. M2.1's own op makes three array descriptions for each of them,
 * under a lock that threads share, which takes three times as long as a product of a thought block's few keys.
 */
final class BatchedProducts implements Kernel {
    /** A matrix of each product: where each begins, and how BLAS finds its numbers from there. */
    private record Operand(Pointer numbers, long[] starts, int transposed, int leading) {
        static Operand of(INDArray array, boolean transposed) {
            int rank = array.rank();
            long rows = array.size(rank - 2);
            long columns = array.size(rank - 1);
            boolean byRow = isByRow(array);
            long stride = array.stride(byRow ? rank - 2 : rank - 1);
            long least = byRow ? columns : rows;
            long apart = (byRow ? rows : columns) == 1 ? least : stride;
            return new Operand(
                    numbersOf(array),
                    firsts(array),
                    transposed == byRow ? CblasTrans : CblasNoTrans,
                    Math.toIntExact(Math.max(least, apart)));
        }
    }

    private final Operand a;
    private final Operand b;
    private final Operand c;
    private final int m;
    private final int n;
    private final int k;
    private final double alpha;
    private final double beta;
    private final boolean isDouble;

    private BatchedProducts(
            INDArray a, boolean transposeA, INDArray b, boolean transposeB, INDArray c, double... factors) {
        int rank = c.rank();
        this.a = Operand.of(a, transposeA);
        this.b = Operand.of(b, transposeB);
        this.c = Operand.of(c, false);
        this.m = Math.toIntExact(c.size(rank - 2));
        this.n = Math.toIntExact(c.size(rank - 1));
        this.k = Math.toIntExact(a.size(transposeA ? rank - 2 : rank - 1));
        this.alpha = factors.length > 0 ? factors[0] : 1;
        this.beta = factors.length > 1 ? factors[1] : 0;
        this.isDouble = c.dataType() == DataType.DOUBLE;
    }

    /** Whether a step is of such products, on a backend whose BLAS this is. */
    static boolean fits(PlanStep step) {
        if (!step.is("matmul") || !(step.op() instanceof DynamicCustomOp custom)) {
            return false;
        }
        PlanValue c = step.outputs().get(0);
        int rank = c.shape.length;
        long[] transposed = custom.iArgs();
        boolean knownType = (c.dataType == DataType.FLOAT || c.dataType == DataType.DOUBLE)
                && step.inputs().stream().allMatch(in -> in.dataType == c.dataType && in.shape.length == rank);
        return rank > 2
                && knownType
                && (transposed.length < 3 || transposed[2] == 0)
                && Nd4j.getEnvironment().isCPU();
    }

    /** The products of a step's arrays, or of a share of them. */
    static BatchedProducts of(PlanStep step, List<INDArray> inputs, INDArray output) {
        var op = (DynamicCustomOp) step.op();
        long[] transposed = Arrays.copyOf(op.iArgs(), 2);
        INDArray a = inputs.get(0);
        INDArray b = inputs.get(1);
        if (isByRow(output)) {
            return new BatchedProducts(a, transposed[0] != 0, b, transposed[1] != 0, output, op.tArgs());
        }
        // Written by column, the result is Cᵀ = B'ᵀ·A'ᵀ by row.
        int rank = output.rank();
        return new BatchedProducts(
                b, transposed[1] == 0, a, transposed[0] == 0, output.swapAxes(rank - 2, rank - 1), op.tArgs());
    }

    private static boolean isByRow(INDArray array) {
        int rank = array.rank();
        return array.size(rank - 1) == 1
                ? array.size(rank - 2) == 1 || array.stride(rank - 2) != 1
                : array.stride(rank - 1) == 1;
    }

    /** A pointer of this kernel's own to a buffer's first number, which is moved from product to product. */
    private static Pointer numbersOf(INDArray array) {
        Pointer buffer = Arrangement.wholeBuffer(array).pointer();
        return array.dataType() == DataType.DOUBLE ? new DoublePointer(buffer) : new FloatPointer(buffer);
    }

    /** Place of each product's first number in the buffer, in the order of the batch axes. */
    private static long[] firsts(INDArray array) {
        int axes = array.rank() - 2;
        long[] starts = {array.offset()};
        for (int axis = 0; axis < axes; axis++) {
            int size = Math.toIntExact(array.size(axis));
            long[] next = new long[Math.multiplyExact(starts.length, size)];
            for (int i = 0; i < next.length; i++) {
                next[i] = starts[i / size] + (long) (i % size) * array.stride(axis);
            }
            starts = next;
        }
        return starts;
    }

    @Override
    public String kind() {
        return "matmul";
    }

    @Override
    public void execute() {
        for (int i = 0; i < c.starts.length; i++) {
            a.numbers.position(a.starts[i]);
            b.numbers.position(b.starts[i]);
            c.numbers.position(c.starts[i]);
            if (isDouble) {
                cblas_dgemm(
                        CblasRowMajor,
                        a.transposed,
                        b.transposed,
                        m,
                        n,
                        k,
                        alpha,
                        (DoublePointer) a.numbers,
                        a.leading,
                        (DoublePointer) b.numbers,
                        b.leading,
                        beta,
                        (DoublePointer) c.numbers,
                        c.leading);
            } else {
                cblas_sgemm(
                        CblasRowMajor,
                        a.transposed,
                        b.transposed,
                        m,
                        n,
                        k,
                        (float) alpha,
                        (FloatPointer) a.numbers,
                        a.leading,
                        (FloatPointer) b.numbers,
                        b.leading,
                        (float) beta,
                        (FloatPointer) c.numbers,
                        c.leading);
            }
        }
    }
}
