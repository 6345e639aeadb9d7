package org.quietstar.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.random.impl.UniformDistribution;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.plan.StaticPlan;
import org.quietstar.thought.LearningInputs;
import org.quietstar.thought.LearningStep;
import org.quietstar.thought.LossSpec;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtSampler;
import org.quietstar.thought.TokenRules;

/** The step as training makes it. */
final class PlannedStep implements TrainingStep {
    private final Parameters parameters;
    private final LearningInputs batch;
    private final LearningStep step;
    private boolean ran;

    PlannedStep(BenchSize size) {
        this.parameters = RandomInputs.weights(size);
        this.batch = RandomInputs.batch(size);
        var model = ThinkingModel.of(size.model(), size.thought(), parameters, TokenRules.never(List.of()));
        this.step = new LearningStep(model, LossSpec.of(BenchSize.loss()), ThoughtSampler.categorical(1), batch);
    }

    private static void noise(int token, INDArray numbers) {
        Nd4j.getExecutioner().exec(new UniformDistribution(numbers, 0, 1));
    }

    @Override
    public double run() {
        step.run(PlannedStep::noise, gradients -> {});
        ran = true;
        return step.loss();
    }

    @Override
    public List<Part> parts() {
        return step.parts().stream()
                .filter(part -> ran)
                .map(part -> new Part(part.name(), part.seconds()))
                .toList();
    }

    private List<StaticPlan> plans() {
        return step.parts().stream().flatMap(part -> part.plans().stream()).toList();
    }

    @Override
    public List<PartProfile> profile() {
        plans().forEach(StaticPlan::startProfile);
        run();
        return step.parts().stream()
                .map(part -> new PartProfile(part.name(), part.seconds(), ops(part.plans())))
                .toList();
    }

    private static List<OpTime> ops(List<StaticPlan> plans) {
        Map<String, OpTime> sums = new TreeMap<>();
        for (StaticPlan plan : plans) {
            for (StaticPlan.OpTime each : plan.takeProfile()) {
                sums.merge(
                        each.kind(),
                        new OpTime(each.kind(), each.seconds(), each.count()),
                        (a, b) -> new OpTime(a.kind(), a.seconds() + b.seconds(), a.count() + b.count()));
            }
        }
        return sums.values().stream()
                .sorted((a, b) -> Double.compare(b.seconds(), a.seconds()))
                .toList();
    }

    @Override
    public List<String> explain() {
        List<String> lines = new ArrayList<>();
        for (LearningStep.Part part : step.parts()) {
            StaticPlan plan = part.plans().get(0);
            lines.add(part.name()
                    + (part.plans().size() == 1 ? ":" : " (" + part.plans().size() + " plans, the first of them):"));
            plan.explain().forEach(line -> lines.add("  " + line));
        }
        lines.add(String.format(
                Locale.ROOT,
                "%,d kernels; %.1f MiB planned for %.1f MiB of values",
                kernels(),
                BenchResult.mib(plannedBytes()),
                BenchResult.mib(requestedBytes())));
        return lines;
    }

    private long sum(ToLongFunction<StaticPlan> figure) {
        return plans().stream().mapToLong(figure).sum();
    }

    @Override
    public int kernels() {
        return (int) sum(StaticPlan::size);
    }

    @Override
    public long plannedBytes() {
        return step.bytes();
    }

    @Override
    public long requestedBytes() {
        return sum(StaticPlan::requestedBytes);
    }

    @Override
    public void close() {
        step.close();
        batch.close();
        parameters.close();
    }
}
