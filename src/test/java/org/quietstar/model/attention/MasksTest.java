package org.quietstar.model.attention;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class MasksTest {
    /** Rows as words: x where the key is seen. */
    private static String[] seen(INDArray mask) {
        double[][] numbers = mask.toDoubleMatrix();
        String[] rows = new String[numbers.length];
        for (int i = 0; i < rows.length; i++) {
            var row = new StringBuilder();
            for (double number : numbers[i]) {
                assertThat(number == 0 || number == (double) (float) Masks.MASKED)
                        .isTrue();
                row.append(number == 0 ? 'x' : '.');
            }
            rows[i] = row.toString();
        }
        return rows;
    }

    @Test
    void aTokenSeesItselfAndWhatStandsBefore() {
        assertThat(seen(Masks.causal(DataType.FLOAT, 3, 0))).containsExactly("x..", "xx.", "xxx");
        assertThat(seen(Masks.causal(DataType.FLOAT, 4, 2))).containsExactly("x...", "xx..", ".xx.", "..xx");
        assertThat(seen(Masks.causal(DataType.FLOAT, 3, 1))).containsExactly("x..", ".x.", "..x");
    }

    @Test
    void rowsThatAreReadLaterAreThatMuchFurtherFromTheText() {
        assertThat(seen(Masks.causalAhead(DataType.FLOAT, 3, 5, 0))).containsExactly("x..", "xx.", "xxx");
        assertThat(seen(Masks.causalAhead(DataType.FLOAT, 4, 1, 3))).containsExactly("x...", "xx..", ".xx.", "..xx");
        // i + ahead − i = ahead: the window has left the text.
        assertThat(seen(Masks.causalAhead(DataType.FLOAT, 3, 3, 3))).containsExactly("...", "...", "...");
    }
}
