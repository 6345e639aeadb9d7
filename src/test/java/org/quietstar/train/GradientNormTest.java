package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The norm of all gradients, by which they are clipped. */
class GradientNormTest {
    /** 205 M numbers, as in an embedding table of 151,936 rows of width 1,344. ND4J's own norm is off by tens of per cent. */
    @Test
    void aLargeTablesNormIsRight() {
        long rows = 200_000;
        long width = 1024;
        try (INDArray table = Nd4j.valueArrayOf(new long[] {rows, width}, 1e-3f, DataType.FLOAT)) {
            double exact = (double) 1e-3f * Math.sqrt((double) rows * width);
            assertThat(GradientAccumulator.norm(Map.of("table", table))).isCloseTo(exact, within(1e-6 * exact));
            assertThat(table.wasClosed()).isFalse();
        }
    }

    /** Of several arrays, one of them longer than a piece, another without a whole one; in both types. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT", "DOUBLE"})
    void allNumbersCount(DataType type) {
        double sum = 0;
        INDArray matrix = Nd4j.create(type, 1500, 1000);
        INDArray vector = Nd4j.create(type, 7);
        for (INDArray array : new INDArray[] {matrix, vector}) {
            for (long i = 0; i < array.length(); i += 997) {
                array.putScalar(i, (int) (i % 13) - 6);
                sum += (i % 13 - 6) * (double) (i % 13 - 6);
            }
        }
        matrix.putScalar(matrix.length() - 1, 100);
        sum += 100 * 100;
        double norm = GradientAccumulator.norm(Map.of("matrix", matrix, "vector", vector));
        assertThat(norm).isCloseTo(Math.sqrt(sum), within(1e-9));
        assertThat(matrix.wasClosed()).isFalse();
        assertThat(vector.getDouble(0)).isEqualTo(-6);
    }

    @Test
    void whatIsNotFiniteShows() {
        INDArray gradient = Nd4j.zeros(DataType.FLOAT, 1_100_000);
        gradient.putScalar(1_050_000, Float.NaN);
        assertThat(GradientAccumulator.norm(Map.of("g", gradient))).isNaN();
        gradient.putScalar(1_050_000, Float.POSITIVE_INFINITY);
        assertThat(GradientAccumulator.norm(Map.of("g", gradient))).isInfinite();
    }
}
