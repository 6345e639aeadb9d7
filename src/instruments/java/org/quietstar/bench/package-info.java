/**
 * What {@code ./quietstar bench} measures: a {@link org.quietstar.bench.TrainingStep training step} with random weights, in
 * time, memory and growth, against the matrix operations that it {@link org.quietstar.bench.StepFlops needs}. Knows the
 * model, the thoughts, the engine and the machine; nothing of text, recipes, optimisers or the command line.
 *
 * <p>A way of executing the step is one constant of {@link org.quietstar.bench.Executor} and one implementation of
 * {@link org.quietstar.bench.TrainingStep}.
 *
 * <pre>{@code
 * var request = new StepBenchmark.Request(BenchSize.TINY, Executor.PLAN, 5, false);
 * StepBenchmark.Outcome outcome = StepBenchmark.run(request, what -> {});
 * double seconds = outcome.result().medianSeconds();
 * double gflops = outcome.result().gflops();
 * }</pre>
 */
package org.quietstar.bench;
