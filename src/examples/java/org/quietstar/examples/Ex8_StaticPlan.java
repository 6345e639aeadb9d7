package org.quietstar.examples;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.GradientGraph;
import org.quietstar.samediff.StaticPlan;

/** A graph of one's own, a regression with two layers, in SameDiff's own session and as a plan that is made once. */
public final class Ex8_StaticPlan {
    private static final int STEPS = 200;

    private Ex8_StaticPlan() {}

    public static void main(String[] args) {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.FLOAT, 64, 8);
        SDVariable y = sd.placeHolder("y", DataType.FLOAT, 64, 1);
        SDVariable w1 = sd.var("w1", Nd4j.randn(DataType.FLOAT, 8, 32).muli(0.3));
        SDVariable w2 = sd.var("w2", Nd4j.randn(DataType.FLOAT, 32, 1).muli(0.3));
        SDVariable error = sd.math.tanh(x.mmul(w1)).mmul(w2).sub(y);
        sd.sum(error.mul(error).mul(sd.constant(Nd4j.scalar(1f / 64)))).rename("loss");
        INDArray inputs = Nd4j.randn(DataType.FLOAT, 64, 8);
        Map<String, INDArray> data =
                Map.of("x", inputs, "y", inputs.sum(true, 1).muli(0.3));

        List<String> variables = GradientGraph.trainable(sd);
        var gradients = GradientGraph.of(sd, "loss", variables);
        List<String> outputs = gradients.outputs(List.of("loss"));
        try (var plan = StaticPlan.compile(gradients.function(), sd, data, outputs)) {
            plan.run();
            Map<String, INDArray> session = sd.calculateGradients(data, variables);
            double difference = variables.stream()
                    .mapToDouble(v -> session.get(v).distance2(plan.output(gradients.gradientOf(v))))
                    .max()
                    .orElseThrow();
            System.out.printf(Locale.ROOT, "gradients differ by %.1e%n", difference);

            double before = plan.output("loss").getDouble(0);
            long start = System.nanoTime();
            for (int i = 0; i < STEPS; i++) { // the plan reads the arrays of the variables and of the inputs in place
                plan.run();
                variables.forEach(v -> sd.getVariable(v)
                        .getArr()
                        .subi(plan.output(gradients.gradientOf(v)).mul(0.1)));
            }
            double planned = (System.nanoTime() - start) * 1e-6 / STEPS;
            start = System.nanoTime();
            for (int i = 0; i < STEPS; i++) {
                sd.calculateGradients(data, variables);
            }
            double sessions = (System.nanoTime() - start) * 1e-6 / STEPS;
            System.out.printf(
                    Locale.ROOT,
                    "loss %.3f, after %d steps %.3f%n",
                    before,
                    STEPS,
                    plan.output("loss").getDouble(0));
            System.out.printf(Locale.ROOT, "%.2f ms a step as a plan, %.2f ms in a session%n", planned, sessions);
        }
    }
}
