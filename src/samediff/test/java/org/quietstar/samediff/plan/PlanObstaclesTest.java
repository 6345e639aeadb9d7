package org.quietstar.samediff.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class PlanObstaclesTest {
    private static void isListedAndRefused(SameDiff sd, String output, String kind, String reason) {
        assertThat(StaticPlan.check(sd))
                .anySatisfy(
                        line -> assertThat(line).contains("(" + kind + "): ").contains(reason));
        assertThatThrownBy(() -> StaticPlan.compile(sd, Map.of("x", Nd4j.ones(DataType.FLOAT, 3)), List.of(output)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The graph cannot be planned: op '")
                .hasMessageContaining(reason);
    }

    @Test
    void nothingIsListedForWhatCanBePlanned() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.FLOAT, 3);
        sd.nn().softmax("y", sd.reshape(x.mul(sd.var("w", Nd4j.rand(3))), 1, 3));
        assertThat(StaticPlan.check(sd)).isEmpty();
    }

    @Test
    void shapesThatDependOnNumbers() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.FLOAT, 3);
        sd.math().listDiff(x, sd.constant(Nd4j.ones(DataType.FLOAT, 1)))[0].rename("y");
        isListedAndRefused(sd, "y", "listdiff", "its result's shape depends on numbers");
    }

    @Test
    void randomNumbers() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.FLOAT, 3);
        x.add("y", sd.random().normal(0, 1, DataType.FLOAT, 3));
        isListedAndRefused(sd, "y", "distribution_gaussian", "give them as an input");
    }

    @Test
    void conditionals() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.FLOAT, 3);
        SDVariable[] both = sd.switchOp(x, sd.constant(Nd4j.scalar(true)));
        sd.merge(both[0], both[1]).rename("y");
        isListedAndRefused(sd, "y", "switch", "loops and conditionals are not planned");
    }

    @Test
    void strings() {
        SameDiff sd = SameDiff.create();
        sd.constant("words", Nd4j.create("one", "two"));
        assertThat(StaticPlan.check(sd)).containsExactly("variable 'words': holds strings");
    }

    /** What no output needs is listed, and does not stand in a plan's way. */
    @Test
    void whatNoOutputNeedsIsLeftOut() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.FLOAT, 3);
        sd.math().listDiff(x, x);
        x.mul("y", 2);
        assertThat(StaticPlan.check(sd)).hasSize(1);
        try (var plan = StaticPlan.compile(sd, Map.of("x", Nd4j.ones(DataType.FLOAT, 3)), List.of("y"))) {
            plan.run();
            assertThat(plan.output("y").toFloatVector()).containsExactly(2, 2, 2);
        }
    }
}
