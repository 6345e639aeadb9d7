package org.quietstar.samediff.plan.ir;

import java.util.Arrays;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/** The factors of a matrix product C = alpha·A·B + beta·C, which M2.1's op takes as its floating-point arguments. */
public record GemmScalars(double alpha, double beta) {

    /** Those of a {@code matmul}; without arguments, alpha is 1 and beta 0. */
    public static GemmScalars of(DynamicCustomOp product) {
        double[] factors = product.tArgs();
        return new GemmScalars(factors.length > 0 ? factors[0] : 1, factors.length > 1 ? factors[1] : 0);
    }

    /** The same product with these factors in place of its own. */
    public DynamicCustomOp in(DynamicCustomOp product) {
        return DynamicCustomOp.builder("matmul")
                .addIntegerArguments(Arrays.stream(product.iArgs())
                        .mapToInt(Math::toIntExact)
                        .toArray())
                .addFloatingPointArguments(alpha, beta)
                .build();
    }
}
