package org.quietstar.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.exception.ND4JIllegalStateException;
import org.nd4j.linalg.factory.Nd4j;

/** What is wrong in M1.1, the ND4J of the profile cuda-jit, and right in M2.1; and that it does no harm here. */
@Tag("m1.1")
final class OlderWorkaroundsTest {
    /** x·c + x·c of a constant c: the slope is 2c. */
    private static SameDiff constantReadTwice(SameDiff sd) {
        SDVariable x = sd.var("x", Nd4j.create(new double[] {1, 2}));
        SDVariable c = sd.constant(Nd4j.create(new double[] {3, 5}));
        sd.sum(x.mul(c).add(x.mul(c))).rename("loss");
        sd.setLossVariables("loss");
        return sd;
    }

    @Test
    void aConstantReadTwiceHasNoGradientUnlessSeparated() {
        SameDiff stock = constantReadTwice(SameDiff.create());
        assertThatThrownBy(() -> stock.createGradFunction("x"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("-grad\" already exists");
        SameDiff ours = constantReadTwice(LeanGraph.create());
        var gradients = GradientFunction.of(ours, "loss", List.of("x"));
        String slope = gradients.gradientOf("x");
        assertThat(gradients.function().outputSingle(Map.of(), slope).toDoubleVector())
                .containsExactly(6, 10);
    }

    @Test
    void variablesAreKeptInAMapThatIsSearchedForEachName() {
        assertThat(SameDiff.create().getVariables()).isExactlyInstanceOf(LinkedHashMap.class);
        SameDiff ours = constantReadTwice(LeanGraph.create());
        assertThat(ours.getVariables()).isInstanceOf(GraphNames.class);
        assertThat(ours.getOps()).hasSize(4);
        ours.placeHolder("given", DataType.DOUBLE, 2);
        assertThat(ours.inputs()).containsExactly("given");
    }

    @Test
    void theGraphOfGradientsHasThatMapToo() {
        SameDiff sd = LeanGraph.create();
        SDVariable table = sd.var("table", Nd4j.ones(DataType.DOUBLE, 3, 2));
        SDVariable ids = sd.constant(Nd4j.createFromArray(0, 1, 1));
        sd.sum(new GatherWithGradient(sd, table, ids).outputVariable()).rename("loss");
        var gradients = GradientFunction.of(sd, "loss", List.of("table"));
        assertThat(gradients.function().getVariables()).isInstanceOf(GraphNames.class);
    }

    @Test
    void aReshapedArrayCannotBeClosed() {
        INDArray reshaped = Nd4j.createFromArray(1, 2, 3, 4).reshape(2, 2);
        assertThatThrownBy(reshaped::close).isInstanceOf(ND4JIllegalStateException.class);
    }

    @Test
    void theFirstRowOfIntegersIsGivenAsAll() {
        INDArray matrix =
                Nd4j.create(new int[] {1, 2, 3, 4}, new long[] {2, 2}, new long[] {2, 1}, 'c', DataType.INT32);
        assertThat(matrix.getRow(0).toIntVector()).containsExactly(1, 2, 3, 4);
        assertThat(matrix.getRow(1).toIntVector()).containsExactly(3, 4);
    }
}
