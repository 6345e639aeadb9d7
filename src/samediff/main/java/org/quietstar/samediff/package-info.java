/**
 * What Deeplearning4j M2.1 and M1.1 lack for training in SameDiff, usable by any DL4J user without the rest of this project.
 * Here in front are the fixes: gradients that are right ({@link org.quietstar.samediff.SameDiffFixes}), graphs that hold each
 * array once ({@link org.quietstar.samediff.LeanGraph}), a gradient function without console noise ({@link
 * org.quietstar.samediff.GradientFunction}). Behind, in {@code plan}, are static plans, which execute a graph without
 * allocating.
 *
 * <pre>{@code
 * SameDiffFixes.install();
 * SameDiff sd = LeanGraph.create(); // any graph with fixed placeholder shapes
 * sd.sum(sd.var("w", Nd4j.rand(3)).mul(sd.placeHolder("x", DataType.FLOAT, 3))).rename("loss");
 * var gradients = GradientFunction.of(sd, "loss", List.of("w"));
 * Map<String, INDArray> inputs = Map.of("x", Nd4j.rand(3)); // to be changed in place
 * try (var plan = StaticPlan.compile(gradients, inputs, gradients.outputs(List.of("loss")))) {
 *     plan.run();
 *     INDArray dw = plan.output(gradients.gradientOf("w"));
 * }
 * }</pre>
 */
package org.quietstar.samediff;
