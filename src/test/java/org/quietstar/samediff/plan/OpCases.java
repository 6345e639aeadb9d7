package org.quietstar.samediff.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.GatherWithGradient;

/** The cases of {@link OpGradientTest}. */
final class OpCases {
    private OpCases() {}

    private static long[] shape(long... sizes) {
        return sizes;
    }

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        pairwise(cases);
        elementwise(cases);
        products(cases);
        reductions(cases);
        movements(cases);
        gathers(cases);
        return cases;
    }

    /** Left and right shapes, by the manner in which the graphs broadcast; no graph divides by what has fewer axes. */
    private static final long[][][] PAIRS = {
        {shape(), shape()},
        {shape(2, 3), shape(2, 3)},
        {shape(2, 3), shape(1, 3)},
        {shape(2, 3), shape(2, 1)},
        {shape(2, 1), shape(1, 3)},
        {shape(2, 3), shape(3)},
        {shape(2, 3), shape()},
        {shape(2, 3, 2), shape(2, 3, 2)},
        {shape(2, 3, 2), shape(1, 3, 2)},
        {shape(2, 3, 2), shape(2, 1, 2)},
        {shape(2, 3, 2), shape(2, 3, 1)},
        {shape(2, 3, 2), shape()},
        {shape(2, 3, 2, 3), shape(1, 1, 2, 3)},
        {shape(2, 3, 2, 3), shape(1, 3, 2, 3)},
        {shape(2, 3, 2, 3), shape(2, 3, 1, 3)},
        {shape(2, 3, 1, 3), shape(2, 3, 2, 3)},
        {shape(2, 3, 2, 3), shape(2, 3, 2, 1)},
        {shape(2, 2, 3, 2, 2), shape(2, 2, 1, 2, 2)},
        {shape(2, 2, 1, 2, 2), shape(2, 2, 3, 2, 2)},
        {shape(2, 2, 3, 2, 2), shape(1, 2, 1, 2, 2)},
        {shape(2, 2, 3, 2, 1), shape(2, 2, 3, 2, 2)},
        {shape(2, 1, 2, 2, 1, 2), shape(2, 1, 2, 2, 1, 2)},
        {shape(2, 1, 2, 2, 1, 2, 2), shape(2, 1, 2, 2, 1, 2, 2)},
        {shape(2, 1, 2, 2, 1, 2, 2), shape(2, 1, 2, 2, 1, 2, 1)},
    };

    private static void pairwise(List<OpCase> cases) {
        for (long[][] pair : PAIRS) {
            String shapes = " " + Arrays.toString(pair[0]) + " " + Arrays.toString(pair[1]);
            cases.add(OpCase.of("add" + shapes, (sd, v) -> v[0].add(v[1]), pair));
            cases.add(OpCase.of("subtract" + shapes, (sd, v) -> v[0].sub(v[1]), pair));
            cases.add(OpCase.of("multiply" + shapes, (sd, v) -> v[0].mul(v[1]), pair));
            if (pair[0].length == pair[1].length) {
                cases.add(OpCase.positive("divide" + shapes, (sd, v) -> v[0].div(v[1]), pair));
            }
            if (pair[0].length > 0 && Arrays.equals(pair[0], pair[1])) {
                cases.add(OpCase.of("maximum" + shapes, (sd, v) -> sd.math.max(v[0], v[1]), pair));
            }
        }
    }

    private static void elementwise(List<OpCase> cases) {
        long[] shape = shape(2, 3);
        cases.add(OpCase.of("exp", (sd, v) -> sd.math.exp(v[0]), shape));
        cases.add(OpCase.positive("log", (sd, v) -> sd.math.log(v[0]), shape));
        cases.add(OpCase.positive("sqrt", (sd, v) -> sd.math.sqrt(v[0]), shape));
        cases.add(OpCase.positive("rsqrt", (sd, v) -> sd.math.rsqrt(v[0]), shape));
        cases.add(OpCase.of("neg", (sd, v) -> v[0].neg(), shape));
        cases.add(OpCase.of("identity", (sd, v) -> sd.identity(v[0]), shape));
        cases.add(OpCase.of("sigmoid", (sd, v) -> sd.nn.sigmoid(v[0]), shape));
        cases.add(OpCase.of("relu", (sd, v) -> sd.nn.relu(v[0], 0), shape));
    }

    private static void products(List<OpCase> cases) {
        cases.add(OpCase.of("matmul", (sd, v) -> sd.mmul(v[0], v[1]), shape(2, 3), shape(3, 4)));
        cases.add(OpCase.of(
                "matmul transposed", (sd, v) -> sd.mmul(v[0], v[1], false, true, false), shape(2, 3), shape(4, 3)));
        cases.add(OpCase.of("matmul of batches", (sd, v) -> sd.mmul(v[0], v[1]), shape(2, 3, 4), shape(2, 4, 2)));
        cases.add(OpCase.of(
                "matmul of batches, transposed",
                (sd, v) -> sd.mmul(v[0], v[1], false, true, false),
                shape(2, 3, 4),
                shape(2, 5, 4)));
        for (long[][] pair : new long[][][] {
            {shape(2, 1, 2, 3, 4), shape(2, 1, 2, 4, 2)},
            {shape(2, 2, 1, 2, 3, 4), shape(2, 2, 1, 2, 4, 3)}
        }) {
            long[] turned = pair[1].clone();
            int last = turned.length - 1;
            turned[last] = pair[1][last - 1];
            turned[last - 1] = pair[1][last];
            String rank = " of rank " + turned.length;
            cases.add(OpCase.of("matmul" + rank, (sd, v) -> sd.mmul(v[0], v[1]), pair));
            cases.add(OpCase.of(
                    "matmul transposed" + rank, (sd, v) -> sd.mmul(v[0], v[1], false, true, false), pair[0], turned));
        }
        // As many and as thin as a plan takes apart.
        cases.add(OpCase.of("many thin products", (sd, v) -> sd.mmul(v[0], v[1]), shape(64, 2, 3), shape(64, 3, 2)));
        cases.add(OpCase.of(
                "many thin products, transposed",
                (sd, v) -> sd.mmul(v[0], v[1], false, true, false),
                shape(64, 1, 3),
                shape(64, 2, 3)));
    }

    private static void reductions(List<OpCase> cases) {
        for (long[] shape : new long[][] {{2, 3}, {2, 3, 2}, {2, 3, 2, 2}, {2, 1, 2, 2, 3}}) {
            int last = shape.length - 1;
            String rank = " of rank " + shape.length;
            cases.add(OpCase.of("sum of all" + rank, (sd, v) -> sd.sum(v[0]), shape));
            cases.add(OpCase.of("sum of rows, kept" + rank, (sd, v) -> sd.sum(v[0], true, last), shape));
            cases.add(OpCase.of("sum of the first axis" + rank, (sd, v) -> sd.sum(v[0], false, 0), shape));
            cases.add(OpCase.of("mean of the second axis, kept" + rank, (sd, v) -> sd.mean(v[0], true, 1), shape));
            cases.add(OpCase.of("largest of rows, kept" + rank, (sd, v) -> sd.max(v[0], true, last), shape));
        }
    }

    private static void movements(List<OpCase> cases) {
        cases.add(OpCase.of("reshape", (sd, v) -> sd.reshape(v[0], 3, 2), shape(2, 3)));
        cases.add(OpCase.of("permute 4", (sd, v) -> sd.permute(v[0], 0, 2, 1, 3), shape(2, 3, 2, 2)));
        cases.add(OpCase.of("permute 5", (sd, v) -> sd.permute(v[0], 0, 3, 1, 2, 4), shape(2, 3, 2, 4, 2)));
        cases.add(OpCase.of("permute 6", (sd, v) -> sd.permute(v[0], 0, 1, 4, 5, 2, 3), shape(2, 3, 2, 4, 1, 2)));
        cases.add(OpCase.of("permute 7", (sd, v) -> sd.permute(v[0], 3, 0, 4, 5, 1, 2, 6), shape(2, 3, 2, 3, 1, 2, 2)));
        cases.add(OpCase.of(
                "permute of rank 6 into groups of one",
                (sd, v) -> sd.permute(v[0], 1, 3, 4, 0, 2, 5),
                shape(2, 3, 2, 1, 2, 2)));
        cases.add(OpCase.of("tile 2", (sd, v) -> sd.tile(v[0], 3, 1), shape(1, 4)));
        cases.add(OpCase.of("tile 5", (sd, v) -> sd.tile(v[0], 1, 1, 2, 1, 1), shape(2, 3, 1, 2, 2)));
        cases.add(OpCase.of("tile 6", (sd, v) -> sd.tile(v[0], 1, 1, 2, 3, 1, 1), shape(2, 3, 1, 1, 2, 2)));
        cases.add(OpCase.of("permute of long rows", (sd, v) -> sd.permute(v[0], 2, 0, 1, 3), shape(2, 3, 4, 8)));
        cases.add(OpCase.of("slice of rows", (sd, v) -> sd.slice(v[0], new int[] {1, 0}, 2, 3), shape(4, 3)));
        cases.add(OpCase.of("slice of columns", (sd, v) -> sd.slice(v[0], new int[] {0, 2}, 4, 2), shape(4, 5)));
        cases.add(OpCase.of("slice 3", (sd, v) -> sd.slice(v[0], new int[] {0, 1, 0}, 2, 3, 2), shape(2, 5, 2)));
        cases.add(OpCase.of(
                "overlapping slices",
                (sd, v) -> sd.slice(v[0], new int[] {0, 0}, 3, 2).mul(sd.slice(v[0], new int[] {1, 0}, 3, 2)),
                shape(4, 2)));
        cases.add(OpCase.of(
                "concat of rows", (sd, v) -> sd.concat(0, v[0], v[1], v[2]), shape(1, 3), shape(2, 3), shape(1, 3)));
        cases.add(OpCase.of("concat 3", (sd, v) -> sd.concat(1, v[0], v[1]), shape(2, 1, 3), shape(2, 2, 3)));
        cases.add(
                OpCase.of("concat 5", (sd, v) -> sd.concat(0, v[0], v[1]), shape(1, 2, 1, 2, 2), shape(2, 2, 1, 2, 2)));
    }

    private static void gathers(List<OpCase> cases) {
        cases.add(OpCase.of("gather", (sd, v) -> gather(sd, v[0], 0, 2, 2, 1, 2), shape(4, 3)));
        cases.add(OpCase.of(
                "two gathers of one table",
                (sd, v) -> gather(sd, v[0], 0, 2, 2).mul(gather(sd, v[0], 2, 1, 2)),
                shape(4, 3)));
    }

    private static SDVariable gather(SameDiff sd, SDVariable table, int... ids) {
        return new GatherWithGradient(sd, table, sd.constant(Nd4j.createFromArray(ids))).outputVariable();
    }
}
