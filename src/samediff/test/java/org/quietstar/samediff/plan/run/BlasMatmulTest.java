package org.quietstar.samediff.plan.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.RandomArrays;
import org.quietstar.samediff.plan.ir.ArrayViews;
import org.quietstar.samediff.plan.ir.KernelNode;
import org.quietstar.samediff.plan.ir.StridedLayout;

/** Products by BLAS alone against M2.1's own op, for every way in which a plan's arrays may lie. */
class BlasMatmulTest {
    /**
     * @param m rows, n columns, k what is summed over
     * @param beta what the result held before is multiplied with
     * @param byColumn whether the result is written by column
     */
    record Case(
            DataType type,
            int m,
            int n,
            int k,
            boolean transposeA,
            boolean transposeB,
            double beta,
            boolean byColumn) {}

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
            for (int bits = 0; bits < 16; bits++) {
                boolean a = (bits & 1) != 0;
                boolean b = (bits & 2) != 0;
                double beta = (bits & 4) != 0 ? 1 : 0;
                boolean byColumn = (bits & 8) != 0;
                cases.add(new Case(type, 3, 5, 4, a, b, beta, byColumn));
                cases.add(new Case(type, 1, 5, 4, a, b, beta, byColumn));
                cases.add(new Case(type, 3, 1, 1, a, b, beta, byColumn));
            }
        }
        return cases;
    }

    /** [2, 3, rows, columns] out of a larger array, by row or by column. */
    private static INDArray operand(DataType type, String name, long rows, long columns, boolean byColumn) {
        INDArray large =
                RandomArrays.normal(type, 5, name, 2, byColumn ? columns : rows, 3, (byColumn ? rows : columns) + 2);
        var layout = new StridedLayout(large.shape(), large.stride(), 0)
                .permuted(0, 2, 1, 3)
                .sliced(new long[] {0, 0, 0, 1}, 2, 3, byColumn ? columns : rows, byColumn ? rows : columns);
        return ArrayViews.view(large, byColumn ? layout.permuted(0, 1, 3, 2) : layout);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheOp(Case each) {
        for (boolean operandsByColumn : new boolean[] {false, true}) {
            INDArray a = operand(
                    each.type,
                    "a",
                    each.transposeA ? each.k : each.m,
                    each.transposeA ? each.m : each.k,
                    operandsByColumn);
            INDArray b = operand(
                    each.type,
                    "b",
                    each.transposeB ? each.n : each.k,
                    each.transposeB ? each.k : each.n,
                    !operandsByColumn);
            INDArray c = operand(each.type, "c", each.m, each.n, each.byColumn);
            INDArray expected = c.mul(each.beta)
                    .add(Nd4j.matmul(
                            each.transposeA ? a.dup('c').permute(0, 1, 3, 2).dup('c') : a.dup('c'),
                            each.transposeB ? b.dup('c').permute(0, 1, 3, 2).dup('c') : b.dup('c')));
            var op = DynamicCustomOp.builder("matmul")
                    .addIntegerArguments(each.transposeA ? 1 : 0, each.transposeB ? 1 : 0, 0)
                    .addFloatingPointArguments(1.0, each.beta)
                    .build();
            BlasMatmul.of(new KernelNode(op, List.of(), List.of()), List.of(a, b), c)
                    .execute();
            assertThat(Differences.relative(c, expected)).isLessThan(each.type == DataType.FLOAT ? 1e-6 : 1e-14);
        }
    }
}
