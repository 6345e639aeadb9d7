/**
 * What Deeplearning4j M2.1 lacks for training in SameDiff, usable by any DL4J user without the rest of this project:
 * gradients that are right ({@link org.quietstar.samediff.SameDiffFixes}), a gradient function without console noise
 * ({@link org.quietstar.samediff.GradientFunction}), and a static plan that executes a graph without allocating
 * ({@link org.quietstar.samediff.StaticPlan}).
 *
 * <pre>{@code
 * SameDiffFixes.install();
 * SameDiff sd = SameDiff.create(); // any graph with fixed placeholder shapes
 * sd.sum(sd.var("w", Nd4j.rand(3)).mul(sd.placeHolder("x", DataType.FLOAT, 3))).rename("loss");
 * var gradients = GradientFunction.of(sd, "loss", List.of("w"));
 * Map<String, INDArray> inputs = Map.of("x", Nd4j.rand(3)); // to be changed in place
 * try (var plan = StaticPlan.compile(gradients.function(), sd, inputs, gradients.outputs(List.of("loss")))) {
 *     plan.run();
 *     INDArray dw = plan.output(gradients.gradientOf("w"));
 * }
 * }</pre>
 */
package org.quietstar.samediff;
