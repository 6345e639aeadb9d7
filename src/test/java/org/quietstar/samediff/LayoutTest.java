package org.quietstar.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class LayoutTest {
    private static final INDArray NUMBERS =
            Nd4j.arange(24).castTo(DataType.DOUBLE).reshape(2, 3, 4).dup('c');

    private static double[] seen(Layout layout) {
        return Differences.numbers(Arrangement.seen(NUMBERS, layout));
    }

    @Test
    void showsWhatNd4jsOwnViewsShow() {
        Layout dense = Layout.dense(2, 3, 4);
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
        Layout permuted = Layout.dense(2, 3, 4).permuted(1, 0, 2); // [3, 2, 4]
        Optional<Layout> split = permuted.reshaped(3, 2, 2, 1, 2);
        assertThat(split).isPresent();
        assertThat(seen(split.orElseThrow())).containsExactly(Differences.numbers(NUMBERS.permute(1, 0, 2)));
        assertThat(permuted.reshaped(6, 4)).isEmpty();
        // Axes that lie evenly spaced become one.
        Layout merged = Layout.dense(2, 3, 4).permuted(2, 0, 1).reshaped(4, 6).orElseThrow();
        assertThat(seen(merged)).containsExactly(Differences.numbers(NUMBERS.permute(2, 0, 1)));
        assertThat(Layout.dense(2, 3, 4).reshaped(24).orElseThrow()).isEqualTo(Layout.dense(24));
    }

    @Test
    void aPartOfScatteredNumbersHasNoLayout() {
        Layout outer = Layout.dense(2, 3).permuted(1, 0);
        assertThat(Layout.dense(3, 2).within(outer, 3, 2)).isEqualTo(outer);
        Layout half = Layout.dense(3, 2).sliced(new long[] {1, 0}, 2, 2);
        assertThatThrownBy(() -> half.within(outer, 3, 2)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void viewsOfViewsBeginWhereBothSay() {
        INDArray view = Arrangement.seen(NUMBERS, Layout.dense(2, 3, 4).sliced(new long[] {1, 0, 0}, 1, 3, 4));
        assertThat(Differences.numbers(Arrangement.seen(view, Layout.dense(3, 4).sliced(new long[] {2, 1}, 1, 2))))
                .containsExactly(21, 22);
        assertThat(Differences.numbers(Arrangement.part(view, 1, 1, 2))).containsExactly(16, 17, 18, 19);
    }

    @Test
    void matrixProductsReadRowsOrColumnsThatAreNeighbours() {
        assertThat(MatrixOperand.fits(Layout.dense(2, 3, 4).permuted(1, 0, 2))).isTrue();
        assertThat(MatrixOperand.fits(Layout.dense(2, 3, 4).permuted(0, 2, 1))).isTrue();
        assertThat(MatrixOperand.fits(Layout.dense(2, 3, 4).permuted(2, 0, 1))).isFalse();
        assertThat(MatrixOperand.fits(Layout.dense(1, 4).repeated(3, 4))).isFalse();
    }
}
