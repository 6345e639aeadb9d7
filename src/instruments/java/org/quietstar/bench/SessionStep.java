package org.quietstar.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nd4j.autodiff.listeners.Listener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.thought.LearningInputs;
import org.quietstar.thought.LossSpec;
import org.quietstar.thought.ReferenceObjective;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.TokenRules;

/**
 * The step through M2.1's own session: {@link SessionRollout}, then {@code SameDiff.output} on the very gradient function
 * that the plan is compiled from, with the same inputs and outputs. Outputs are closed as soon as they are read, which is
 * the best that a user of the session can do for it.
 */
final class SessionStep implements TrainingStep {
    private static final String ROLLOUT = "rollout";
    private static final String LEARNING = "forward and backward";

    private final Parameters parameters;
    private final LearningInputs batch;
    private final SessionRollout rollout;
    private final GradientFunction gradient;
    private List<Part> parts = List.of();

    SessionStep(BenchSize size) {
        this.parameters = RandomInputs.weights(size);
        this.batch = RandomInputs.batch(size);
        var model = ThinkingModel.of(size.model(), size.thought(), parameters, TokenRules.never(List.of()));
        var objective = new ReferenceObjective(model, LossSpec.of(BenchSize.loss()), size.sizes());
        this.gradient = GradientFunction.of(objective.graph(), ReferenceObjective.LOSS, objective.parameterNames());
        this.rollout = new SessionRollout(size.model(), size.sizes(), parameters);
    }

    private void rollOut(List<Listener> listeners) {
        rollout.sample(batch.text(), batch.sampled(), listeners);
        batch.takeSampled();
    }

    private double learn(List<Listener> listeners) {
        String[] outputs = gradient.outputs(List.of(ReferenceObjective.LOSS)).toArray(String[]::new);
        Map<String, INDArray> results = gradient.function().output(batch.inputs(), listeners, outputs);
        double loss = results.get(ReferenceObjective.LOSS).getDouble(0);
        results.values().stream().filter(INDArray::closeable).forEach(INDArray::close);
        return loss;
    }

    @Override
    public double run() {
        long start = System.nanoTime();
        rollOut(List.of());
        long between = System.nanoTime();
        double loss = learn(List.of());
        parts = List.of(
                new Part(ROLLOUT, (between - start) * 1e-9), new Part(LEARNING, (System.nanoTime() - between) * 1e-9));
        return loss;
    }

    @Override
    public List<Part> parts() {
        return parts;
    }

    @Override
    public List<PartProfile> profile() {
        var ofRollout = new OpTimer();
        var ofLearning = new OpTimer();
        long start = System.nanoTime();
        rollOut(List.of(ofRollout));
        long between = System.nanoTime();
        learn(List.of(ofLearning));
        long end = System.nanoTime();
        return List.of(
                new PartProfile(ROLLOUT, (between - start) * 1e-9, ofRollout.times()),
                new PartProfile(LEARNING, (end - between) * 1e-9, ofLearning.times()));
    }

    @Override
    public List<String> explain() {
        return List.of(String.format(
                Locale.ROOT, "SameDiff's session: no plan; %,d ops in the graphs, memory as it comes", kernels()));
    }

    @Override
    public int kernels() {
        return gradient.function().getOps().size() + rollout.ops();
    }

    @Override
    public long plannedBytes() {
        return 0;
    }

    @Override
    public long requestedBytes() {
        return 0;
    }

    @Override
    public void close() {
        batch.close();
        parameters.close();
    }
}
