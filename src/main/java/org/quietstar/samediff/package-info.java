/**
 * What Deeplearning4j M2.1 lacks for training in SameDiff, usable by any DL4J user without the rest of this project:
 * gradients that are right ({@link org.quietstar.samediff.CorrectedOps}), a gradient function without console noise
 * ({@link org.quietstar.samediff.GradientGraph}), and a static plan that executes a graph without allocating
 * ({@link org.quietstar.samediff.StaticPlan}).
 *
 * <pre>{@code
 * CorrectedOps.install();
 * SameDiff sd = ...;                                                  // any graph with fixed placeholder shapes
 * var gradients = GradientGraph.of(sd, "loss", List.of("w", "b"));
 * try (var plan = StaticPlan.compile(gradients.function(), sd, inputs, gradients.outputs(List.of("loss")))) {
 *     inputs.get("x").assign(batch);
 *     plan.run();
 *     INDArray dw = plan.output(gradients.gradientOf("w"));
 * }
 * }</pre>
 */
package org.quietstar.samediff;
