package org.quietstar.samediff;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Numbers beyond the 2 GiB at which Java's own buffers end; of the large arrays here only the ends are touched. */
class HostNumbersTest {
    private static final long LONG = (1L << 29) + 4096;

    @Test
    void theEndOfALongArrayIsRead() {
        try (INDArray all = Nd4j.createUninitializedDetached(DataType.FLOAT, LONG)) {
            INDArray end = all.get(NDArrayIndex.interval(LONG - 6, LONG)).reshape(2, 3);
            end.assign(Nd4j.createFromArray(1f, 2f, 3f, 4f, 5f, 6f).reshape(2, 3));
            assertThat(HostArrays.numbers(end)).containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(HostNumbers.of(end).sum(1, 5)).isEqualTo(20);
            INDArray to = Nd4j.zeros(DataType.FLOAT, 3, 3);
            HostArrays.copyRows(end, 1, 1, to, 2, 1, 1);
            assertThat(to.ravel().toFloatVector()).containsExactly(0, 0, 0, 0, 0, 0, 4, 5, 6);
            HostArrays.copyRows(to, 2, 1, end, 0, 1, 1);
            assertThat(HostArrays.numbers(end)).containsExactly(4, 5, 6, 4, 5, 6);
        }
    }

    @Test
    void sumsAreInDoublePrecision() {
        float[] numbers = new float[100_003];
        java.util.Arrays.fill(numbers, 1e-8f);
        numbers[0] = 1;
        INDArray array = Nd4j.createFromArray(numbers);
        assertThat(HostNumbers.of(array).sum(0, numbers.length)).isEqualTo(1 + 100_002 * (double) 1e-8f);
        assertThat(HostNumbers.of(array.castTo(DataType.DOUBLE)).sum(1, 3)).isEqualTo(3 * (double) 1e-8f);
    }
}
