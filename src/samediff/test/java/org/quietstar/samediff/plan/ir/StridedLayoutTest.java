package org.quietstar.samediff.plan.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.quietstar.samediff.Differences;

class StridedLayoutTest {
    private static final INDArray NUMBERS =
            Nd4j.arange(24).castTo(DataType.DOUBLE).reshape(2, 3, 4).dup('c');

    private static double[] seen(StridedLayout layout) {
        return Differences.numbers(ArrayViews.view(NUMBERS, layout));
    }

    @Test
    void showsWhatNd4jsOwnViewsShow() {
        StridedLayout dense = StridedLayout.dense(2, 3, 4);
        assertThat(dense.isDense()).isTrue();
        assertThat(seen(dense.permuted(2, 0, 1))).containsExactly(Differences.numbers(NUMBERS.permute(2, 0, 1)));
        INDArray part =
                NUMBERS.get(NDArrayIndex.interval(1, 2), NDArrayIndex.interval(1, 3), NDArrayIndex.interval(0, 4));
        assertThat(seen(dense.sliced(new long[] {1, 1, 0}, 1, 2, 4))).containsExactly(Differences.numbers(part));
        assertThat(seen(dense.sliced(new long[] {0, 0, 1}, 2, 3, 2).permuted(1, 2, 0)))
                .containsExactly(Differences.numbers(
                        NUMBERS.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(1, 3))
                                .permute(1, 2, 0)));
        assertThat(seen(dense.sliced(new long[] {1, 2, 0}, 1, 1, 4).repeated(1, 3, 4)))
                .containsExactly(20, 21, 22, 23, 20, 21, 22, 23, 20, 21, 22, 23);
    }

    @Test
    void reshapesWhereStridesCanTellIt() {
        StridedLayout permuted = StridedLayout.dense(2, 3, 4).permuted(1, 0, 2); // [3, 2, 4]
        Optional<StridedLayout> split = permuted.reshaped(3, 2, 2, 1, 2);
        assertThat(split).isPresent();
        assertThat(seen(split.orElseThrow())).containsExactly(Differences.numbers(NUMBERS.permute(1, 0, 2)));
        assertThat(permuted.reshaped(6, 4)).isEmpty();
        // Axes that lie evenly spaced become one.
        StridedLayout merged =
                StridedLayout.dense(2, 3, 4).permuted(2, 0, 1).reshaped(4, 6).orElseThrow();
        assertThat(seen(merged)).containsExactly(Differences.numbers(NUMBERS.permute(2, 0, 1)));
        assertThat(StridedLayout.dense(2, 3, 4).reshaped(24).orElseThrow()).isEqualTo(StridedLayout.dense(24));
    }

    @Test
    void aPartOfScatteredNumbersHasNoLayout() {
        StridedLayout outer = StridedLayout.dense(2, 3).permuted(1, 0);
        assertThat(StridedLayout.dense(3, 2).within(outer, 3, 2)).isEqualTo(outer);
        StridedLayout half = StridedLayout.dense(3, 2).sliced(new long[] {1, 0}, 2, 2);
        assertThatThrownBy(() -> half.within(outer, 3, 2)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void viewsOfViewsBeginWhereBothSay() {
        INDArray view = ArrayViews.view(NUMBERS, StridedLayout.dense(2, 3, 4).sliced(new long[] {1, 0, 0}, 1, 3, 4));
        assertThat(Differences.numbers(ArrayViews.view(
                        view, StridedLayout.dense(3, 4).sliced(new long[] {2, 1}, 1, 2))))
                .containsExactly(21, 22);
        assertThat(Differences.numbers(ArrayViews.slice(view, 1, 1, 2))).containsExactly(16, 17, 18, 19);
    }

    @Test
    void matrixProductsReadRowsOrColumnsThatAreNeighbours() {
        assertThat(MatrixOperand.fits(StridedLayout.dense(2, 3, 4).permuted(1, 0, 2)))
                .isTrue();
        assertThat(MatrixOperand.fits(StridedLayout.dense(2, 3, 4).permuted(0, 2, 1)))
                .isTrue();
        assertThat(MatrixOperand.fits(StridedLayout.dense(2, 3, 4).permuted(2, 0, 1)))
                .isFalse();
        assertThat(MatrixOperand.fits(StridedLayout.dense(1, 4).repeated(3, 4))).isFalse();
    }
}
