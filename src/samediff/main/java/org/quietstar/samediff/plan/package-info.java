/**
 * Static plans: a graph of fixed shapes, compiled once and run many times without allocating. The door is
 * {@link org.quietstar.samediff.plan.StaticPlan}; the packages below are its compiler, and nobody else's.
 *
 * <p>The compiler goes through {@code plan.ir} (what a graph is turned into: values, their strided layouts, ops, kernels),
 * {@code plan.pass} (one optimisation a file), liveness and buffer assignment here, and {@code plan.run} (kernels bound to
 * arrays, and the threads that execute them).
 *
 * <pre>{@code
 * SameDiff sd = SameDiff.create();
 * sd.math().square("y", sd.placeHolder("x", DataType.FLOAT, 3));
 * INDArray x = Nd4j.rand(3); // to be changed in place
 * try (StaticPlan plan = StaticPlan.of(sd).given(Map.of("x", x)).outputs(List.of("y")).compile()) {
 *     plan.run();
 *     INDArray y = plan.output("y");
 * }
 * }</pre>
 */
package org.quietstar.samediff.plan;
