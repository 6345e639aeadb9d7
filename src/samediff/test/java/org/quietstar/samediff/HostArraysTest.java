package org.quietstar.samediff;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.plan.ir.ArrayViews;

/** Both ways, the CPU's and a device's, on arrays of their own and on parts of others. */
final class HostArraysTest {
    @AfterEach
    void here() {
        HostArrays.pretendElsewhere(false);
    }

    private static INDArray rows(DataType type, int first, int count) {
        INDArray all = Nd4j.arange(24).castTo(type).reshape(8, 3);
        return ArrayViews.slice(all, 0, first, first + count);
    }

    @ParameterizedTest
    @CsvSource({"FLOAT, false", "FLOAT, true", "DOUBLE, false", "DOUBLE, true"})
    void numbersOfAWholeAndOfAPart(DataType type, boolean elsewhere) {
        HostArrays.pretendElsewhere(elsewhere);
        assertThat(HostArrays.numbers(rows(type, 0, 8)))
                .hasSize(24)
                .startsWith(0, 1, 2)
                .endsWith(22, 23);
        assertThat(HostArrays.numbers(rows(type, 2, 2))).containsExactly(6, 7, 8, 9, 10, 11);
    }

    @ParameterizedTest
    @CsvSource({"FLOAT, false", "FLOAT, true", "DOUBLE, false", "DOUBLE, true"})
    void rowsAreCopiedInSteps(DataType type, boolean elsewhere) {
        HostArrays.pretendElsewhere(elsewhere);
        INDArray to = Nd4j.zeros(type, 5, 3);
        HostArrays.copyRows(rows(type, 2, 6), 1, 2, to, 0, 3, 2);
        HostArrays.copyRows(rows(type, 2, 6), 0, 1, to, 1, 1, 0);
        assertThat(to.ravel().toDoubleVector()).containsExactly(9, 10, 11, 0, 0, 0, 0, 0, 0, 15, 16, 17, 0, 0, 0);
    }
}
