package org.quietstar.examples;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.plan.StaticPlan;

/** A graph of your own, a regression with several layers, in SameDiff's own session and as a plan that is made once. */
public final class Ex8_StaticPlan {
    private static final int ROWS = 128;
    private static final int STEPS = 50;

    public static void main(String[] args) {
        SameDiff sd = SameDiff.create();
        SDVariable h = sd.placeHolder("x", DataType.FLOAT, ROWS, 64);
        for (int layer = 0; layer < 8; layer++) {
            SDVariable matrix =
                    sd.var("w" + layer, Nd4j.randn(DataType.FLOAT, 64, 64).muli(0.1));
            h = h.add(sd.math.tanh(h.mmul(matrix)));
        }
        SDVariable error = sd.sum(h, true, 1).sub(sd.placeHolder("y", DataType.FLOAT, ROWS, 1));
        sd.sum(error.mul(error).mul(sd.constant(Nd4j.scalar(1f / ROWS)))).rename("loss");
        INDArray x = Nd4j.randn(DataType.FLOAT, ROWS, 64);
        Map<String, INDArray> data = Map.of("x", x, "y", x.sum(true, 1).muli(0.3));

        List<String> variables = GradientFunction.trainable(sd);
        var gradients = GradientFunction.of(sd, "loss", variables);
        try (var plan = StaticPlan.compile(gradients, data, gradients.outputs(List.of("loss")))) {
            plan.run();
            INDArray ofSession = sd.calculateGradients(data, variables).get("w0");
            System.out.println("gradient in both: " + ofSession.norm2Number() + ", "
                    + plan.output(gradients.gradientOf("w0")).norm2Number());
            for (int i = 0; i <= STEPS; i++) { // inputs and variables are read where they are: change them in place
                System.out.print(i % STEPS == 0 ? "loss " + plan.output("loss").getDouble(0) + "\n" : "");
                plan.run();
                variables.forEach(v -> sd.getVariable(v)
                        .getArr()
                        .subi(plan.output(gradients.gradientOf(v)).mul(1e-4)));
            }
            System.out.printf(Locale.ROOT, "a step as a plan:    %.2f ms%n", milliseconds(plan::run));
            double session = milliseconds(() -> sd.calculateGradients(data, variables));
            System.out.printf(Locale.ROOT, "a step in a session: %.2f ms%n", session);
        }
    }

    private static double milliseconds(Runnable step) {
        long start = System.nanoTime();
        for (int i = 0; i < STEPS; i++) {
            step.run();
        }
        return (System.nanoTime() - start) * 1e-6 / STEPS;
    }
}
