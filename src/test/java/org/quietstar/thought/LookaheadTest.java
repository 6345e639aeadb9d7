package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.plan.StaticPlan;

class LookaheadTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void entryPSeesTheTextKPlacesOn(int lookahead) {
        var layout = new ThoughtLayout(2, 4, 3, 1, lookahead);
        SameDiff sd = SameDiff.create();
        INDArray x = Nd4j.arange(1, 2 * 4 * 2 + 1).castTo(DataType.DOUBLE).reshape(2, 4, 2);
        QuietStarLoss.ahead(sd, sd.placeHolder("x", DataType.DOUBLE, 2, 4, 2), 2, layout, DataType.DOUBLE)
                .rename("ahead");
        try (var plan = StaticPlan.compile(sd, Map.of("x", x), List.of("ahead"))) {
            plan.run();
            INDArray ahead = plan.output("ahead");
            assertThat(ahead.shape()).containsExactly(lookahead, 2, 1, 4, 2);
            double[] numbers = Differences.numbers(ahead);
            for (int i = 0; i < numbers.length; i++) {
                int k = i / 16;
                int b = i / 8 % 2;
                int p = i / 2 % 4;
                double expected = p + k < 4 ? x.getDouble(b, p + k, i % 2) : 0;
                assertThat(numbers[i])
                        .as("k %d, sequence %d, position %d", k, b, p)
                        .isEqualTo(expected);
            }
        }
    }
}
