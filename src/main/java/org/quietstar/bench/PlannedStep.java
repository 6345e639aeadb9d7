package org.quietstar.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Scanner;
import org.nd4j.linalg.api.ops.random.impl.UniformDistribution;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.GradientGraph;
import org.quietstar.samediff.StaticPlan;
import org.quietstar.thought.LearningBatch;
import org.quietstar.thought.LossWeights;
import org.quietstar.thought.QuietStarGraph;
import org.quietstar.thought.Rollout;
import org.quietstar.thought.ThoughtSampling;

/** The step as training makes it: the rollout, then the plan of the learning graph and its gradients. */
final class PlannedStep implements TrainingStep {
    private static final String ROLLOUT = "rollout";
    private static final String LEARNING = "forward and backward";

    private final Parameters parameters;
    private final LearningBatch batch;
    private final Rollout rollout;
    private final StaticPlan plan;
    private List<Part> parts = List.of();

    PlannedStep(BenchSize size) {
        this.parameters = RandomInputs.weights(size);
        this.batch = RandomInputs.batch(size);
        var graph = new QuietStarGraph(
                size.model(),
                size.thought(),
                BenchSize.loss(),
                LossWeights.of(BenchSize.loss()),
                size.sizes(),
                List.of(),
                parameters);
        var gradient = GradientGraph.of(graph.graph(), QuietStarGraph.LOSS, graph.parameterNames());
        this.plan = StaticPlan.compile(
                gradient.function(), graph.graph(), batch.inputs(), gradient.outputs(List.of(QuietStarGraph.LOSS)));
        this.rollout =
                new Rollout(size.model(), size.sizes(), 1, new ThoughtSampling.Categorical(1), List.of(), parameters);
    }

    private double rollOut() {
        long start = System.nanoTime();
        rollout.draw(
                batch.text(),
                (token, noise) -> Nd4j.getExecutioner().exec(new UniformDistribution(noise, 0, 1)),
                batch.drawn());
        batch.takeDrawn();
        return (System.nanoTime() - start) * 1e-9;
    }

    @Override
    public double run() {
        double rolledOut = rollOut();
        long start = System.nanoTime();
        plan.run();
        double loss = plan.output(QuietStarGraph.LOSS).getDouble(0);
        parts = List.of(new Part(ROLLOUT, rolledOut), new Part(LEARNING, (System.nanoTime() - start) * 1e-9));
        return loss;
    }

    @Override
    public List<Part> parts() {
        return parts;
    }

    @Override
    public List<PartProfile> profile() {
        double rolledOut = rollOut();
        long start = System.nanoTime();
        List<OpTime> ops = plan.profile().stream().map(PlannedStep::opTime).toList();
        double learned = (System.nanoTime() - start) * 1e-9;
        return List.of(new PartProfile(ROLLOUT, rolledOut, List.of()), new PartProfile(LEARNING, learned, ops));
    }

    /** Of a line of {@link StaticPlan#profile()}: kind, milliseconds, "ms", count. */
    static OpTime opTime(String line) {
        List<String> words = new Scanner(line).tokens().toList();
        double milliseconds = Double.parseDouble(words.get(1));
        return new OpTime(
                words.get(0), milliseconds * 1e-3, Integer.parseInt(words.get(3).replace("×", "")));
    }

    @Override
    public List<String> explain() {
        List<String> lines = new ArrayList<>();
        lines.add(LEARNING + ":");
        lines.add(String.format(
                Locale.ROOT,
                "  %,d kernels; %.1f MiB planned for %.1f MiB of values",
                kernels(),
                BenchResult.mib(plannedBytes()),
                BenchResult.mib(requestedBytes())));
        return lines;
    }

    @Override
    public int kernels() {
        return plan.size();
    }

    @Override
    public long plannedBytes() {
        return plan.plannedBytes();
    }

    @Override
    public long requestedBytes() {
        return plan.requestedBytes();
    }

    @Override
    public void close() {
        rollout.close();
        plan.close();
        batch.close();
        parameters.close();
    }
}
