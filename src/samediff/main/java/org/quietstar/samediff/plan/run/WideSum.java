package org.quietstar.samediff.plan.run;

import java.util.Arrays;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.BaseReduceOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.quietstar.samediff.HostArrays;
import org.quietstar.samediff.HostNumbers;
import org.quietstar.samediff.plan.ir.KernelNode;
import org.quietstar.samediff.plan.ir.Value;

/**
 * Sums of long rows in double precision. M2.1 adds one number after the other in single precision, and loses whatever is
 * below 6e-8 of the sum so far: of a vocabulary, the tail behind a likely token, up to 1e-3 of the whole.
 */
public final class WideSum implements Kernel {
    /** Numbers in a row from which on the loss could be seen. */
    static final long WIDE = 1L << 10;

    private final HostNumbers numbers;
    private final long[] starts;
    private final long width;
    private final INDArray sums;
    private final float[] results;

    private WideSum(INDArray input, INDArray output) {
        int last = input.rank() - 1;
        this.numbers = HostNumbers.of(input);
        this.width = input.size(last);
        this.starts = RowStarts.of(input, last, 0);
        this.sums = output;
        this.results = new float[starts.length];
    }

    /** Whether a step sums long rows of single precision, in memory that Java reads. */
    static boolean fits(KernelNode step) {
        if (!step.is("reduce_sum") || step.inputs().size() != 1) {
            return false;
        }
        Value in = step.inputs().get(0);
        int last = in.shape.length - 1;
        long[] axes = axes(step.op());
        return in.dataType == DataType.FLOAT
                && axes.length == 1
                && (axes[0] == last || axes[0] == -1)
                && in.shape[last] >= WIDE
                && HostArrays.arraysOnHost();
    }

    /** M2.1 has the op in two forms. */
    private static long[] axes(DifferentialFunction op) {
        if (op instanceof DynamicCustomOp custom) {
            return custom.iArgs();
        }
        return op instanceof BaseReduceOp reduce && reduce.getDimensions() != null
                ? Arrays.stream(reduce.getDimensions()).asLongStream().toArray()
                : new long[0];
    }

    /** Whether an array's rows stand without gaps, as a share of a step's array may not. */
    static boolean fits(INDArray input) {
        return input.stride(input.rank() - 1) == 1;
    }

    /** The sums of a step's rows, or of a share of them. */
    static WideSum of(INDArray input, INDArray output) {
        return new WideSum(input, output);
    }

    @Override
    public String kind() {
        return "reduce_sum";
    }

    @Override
    public void execute() {
        for (int row = 0; row < results.length; row++) {
            results[row] = (float) numbers.sum(starts[row], width);
        }
        HostArrays.fill(sums, results);
    }
}
