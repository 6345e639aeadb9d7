package org.quietstar.thought;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.GradientSplit;
import org.quietstar.samediff.plan.PlanMemory;
import org.quietstar.samediff.plan.StaticPlan;

/**
 * One training step's work on a micro-batch: sampled thoughts, losses, and the gradients of the trained parameters, by one
 * forward and one backward pass. It computes what {@link ReferenceObjective} defines, in an order that does nothing twice.
 * Five parts run T + 6 plans, and one more where a {@link RewardFunction} is given:
 *
 * <ol>
 *   <li><i>Rollout</i>: {@link Rollout} computes the text, then samples the thoughts slot by slot (1 + T plans).
 *   <li><i>Teacher-forced forward</i>: {@link ThoughtForward} computes the slots from the last sampled token on (1 plan).
 *       Both keep the activations.
 *   <li><i>Likelihoods</i>: {@link QuietStarLoss} from the final hidden states, with rewards and advantages, and back to the
 *       gradient of these states (1 plan).
 *   <li><i>Policy</i>: {@link ReinforceGradient} adds the REINFORCE part of that gradient, for thoughts with an advantage (2
 *       plans, for many and for few rows).
 *   <li><i>Backward</i>: the rest of the backward pass, on the kept activations (1 plan).
 * </ol>
 *
 * Of a model that pauses nothing is sampled: the text is one plan, the blocks are another, and there is no policy.
 */
public final class LearningStep implements AutoCloseable {
    /** Outputs that are valid until the next run, beside the losses. */
    private static final List<String> STATISTICS = List.of(
            QuietStarLoss.REWARD,
            QuietStarLoss.ADVANTAGE,
            QuietStarLoss.MIX_WEIGHT,
            QuietStarLoss.BASE_NLL,
            QuietStarLoss.THOUGHT_NLL,
            QuietStarLoss.LOSS,
            QuietStarLoss.BASE_LOSS,
            QuietStarLoss.THOUGHT_LOSS);

    /**
     * A part of the step.
     *
     * @param plans that it runs
     * @param seconds that it took in the last run
     */
    public record Part(String name, List<StaticPlan> plans, double seconds) {}

    private final LearningInputs batch;
    private final PlanMemory memory = new PlanMemory();
    private final ThoughtForward forward;
    private final GradientFunction gradient;
    private final GradientSplit split;
    private final StaticPlan likelihoods;
    private final Optional<Reward.Custom> reward;
    /** None where nothing is drawn. */
    private final Optional<ReinforceGradient> policy;

    private final StaticPlan backward;
    private final INDArray hiddenGradient;
    /** Where the policy's gradient of the output head is added up, if the head is trained. */
    private final Optional<INDArray> headGradient;

    private final boolean headGradientIsApart;
    private final String head;
    private final List<String> parameterNames;
    private final Map<String, Double> seconds = new LinkedHashMap<>();
    private double policyLoss;
    private double policyTotal;

    /**
     * A step with the gradients of all parameters.
     *
     * @param model that has learned to think, or begins to
     * @param batch whose arrays are read at each run; its sampled thoughts are overwritten
     */
    public LearningStep(ThinkingModel model, LossSpec loss, ThoughtSampler sampler, LearningInputs batch) {
        this(model, loss, sampler, batch, model.parameters().asMap().keySet());
    }

    /**
     * A step with the gradients of some parameters, one at least; the others' are not computed.
     *
     * @param batch whose arrays are read at each run; its sampled thoughts are overwritten
     * @param trained names of the parameters whose gradients are wanted
     */
    public LearningStep(
            ThinkingModel model, LossSpec loss, ThoughtSampler sampler, LearningInputs batch, Set<String> trained) {
        this.batch = batch;
        Parameters parameters = model.parameters();
        this.forward = ThoughtForward.forLearning(model, batch.layout(), sampler, memory);
        QuietStarLoss graph = new QuietStarLoss(model, loss, batch.layout());
        this.parameterNames =
                graph.parameterNames().stream().filter(trained::contains).toList();
        List<String> variables = new ArrayList<>(parameterNames);
        variables.add(DecoderNames.FINAL);
        this.gradient = GradientFunction.of(graph.graph(), QuietStarLoss.LOSS, variables);
        String cut = gradient.gradientOf(DecoderNames.FINAL);
        List<String> wanted = parameterNames.stream()
                .filter(gradient::dependsOn)
                .map(gradient::gradientOf)
                .toList();
        this.split = GradientSplit.of(gradient.function(), DecoderNames.FINAL, cut, wanted);
        this.hiddenGradient = Nd4j.zeros(model.dataType(), forward.hidden().shape());
        List<String> kept = new ArrayList<>(STATISTICS);
        kept.addAll(split.first());
        kept.addAll(split.carried());
        this.likelihoods = StaticPlan.of(gradient)
                .given(batch.inputs())
                .given(Map.of(DecoderNames.FINAL, forward.hidden()))
                .into(Map.of(cut, hiddenGradient))
                .keeping(kept)
                .sharing(memory)
                .compile();
        this.reward = loss.reward().map(function -> new Reward.Custom(loss.config(), function, batch, memory));
        this.head = DecoderParameters.head(model.config());
        boolean trainsHead = parameterNames.contains(head);
        this.policy = model.pauses()
                ? Optional.empty()
                : Optional.of(new ReinforceGradient(model, loss, batch.layout(), forward.hidden(), trainsHead, memory));
        this.backward = backwardFrom(cut);
        this.headGradientIsApart = trainsHead && !split.first().contains(gradient.gradientOf(head));
        this.headGradient = headGradientIsApart
                ? Optional.of(Nd4j.zeros(model.dataType(), parameters.get(head).shape()))
                : Optional.of(head)
                        .filter(name -> trainsHead)
                        .map(name -> likelihoods.output(gradient.gradientOf(name)));
    }

    /** From the gradient of the final hidden states on, with all that the passes before have kept. */
    private StaticPlan backwardFrom(String cut) {
        Map<String, INDArray> given = new LinkedHashMap<>(batch.inputs());
        given.putAll(forward.activations().all());
        given.put(cut, hiddenGradient);
        split.carried().forEach(name -> given.put(name, likelihoods.output(name)));
        return StaticPlan.of(gradient)
                .given(given)
                .outputs(split.second())
                .sharing(memory)
                .compile();
    }

    /** Hears gradients by parameter; the arrays are valid while it listens. */
    public interface GradientListener {
        void take(Map<String, INDArray> gradients);
    }

    /** Does the step's work and hands out the gradients. */
    public void run(NoiseSource noise, GradientListener total) {
        forward(noise);
        clearHead();
        addPolicy();
        total.take(backward());
    }

    /** Thinks and computes rewards and losses, without gradients; the same noise gives the same as {@link #run}. */
    public void measure(NoiseSource noise) {
        forward(noise);
    }

    /**
     * As {@link #run}, but hands out the gradients of the likelihoods' and of the policy's part one after the other; their
     * sum is the whole. This takes a second backward pass.
     */
    public void runInParts(NoiseSource noise, GradientListener ofLikelihoods, GradientListener ofPolicy) {
        forward(noise);
        clearHead();
        ofLikelihoods.take(backward());
        hiddenGradient.assign(0);
        split.first().forEach(name -> likelihoods.output(name).assign(0));
        split.carried().forEach(name -> likelihoods.output(name).assign(0));
        clearHead();
        addPolicy();
        ofPolicy.take(backward());
    }

    private void clearHead() {
        if (headGradientIsApart) {
            headGradient.orElseThrow().assign(0);
        }
    }

    private void forward(NoiseSource noise) {
        timed("rollout", () -> forward.sample(batch, noise));
        timed("teacher-forced forward", () -> forward.finish(batch));
        timed("likelihoods", likelihoods::run);
        reward.ifPresent(custom -> custom.run(likelihoods.output(QuietStarLoss.REWARD)));
    }

    private void addPolicy() {
        policy.ifPresent(part -> {
            timed(
                    "policy",
                    () -> part.add(
                            output(QuietStarLoss.ADVANTAGE),
                            batch.inputs().get(LearningInputs.POLICY_WEIGHTS),
                            batch.sampled(),
                            hiddenGradient,
                            headGradient));
            policyLoss = part.policyLoss();
            policyTotal = part.loss();
        });
    }

    private Map<String, INDArray> backward() {
        timed("backward", backward::run);
        Map<String, INDArray> gradients = new LinkedHashMap<>();
        for (String name : parameterNames) {
            if (gradient.dependsOn(name)) {
                String each = gradient.gradientOf(name);
                gradients.put(name, split.first().contains(each) ? likelihoods.output(each) : backward.output(each));
            }
        }
        if (headGradientIsApart) {
            gradients.get(head).addi(headGradient.orElseThrow());
        }
        return gradients;
    }

    private void timed(String part, Runnable work) {
        long start = System.nanoTime();
        work.run();
        seconds.put(part, (System.nanoTime() - start) * 1e-9);
    }

    /**
     * Multiplies the policy's weight from the next run on.
     *
     * @param scale above 0; 1 at first
     */
    public void setPolicyScale(double scale) {
        policy.ifPresent(part -> part.setScale(scale));
    }

    /** An output of the last run: the names of rewards, advantages, mixing weights and NLLs of {@link QuietStarLoss}. */
    public INDArray output(String name) {
        return reward.filter(custom -> Reward.Custom.has(name))
                .map(custom -> custom.output(name))
                .orElseGet(() -> likelihoods.output(name));
    }

    /** The whole loss of the last run. */
    public double loss() {
        return likelihoods.output(QuietStarLoss.LOSS).getDouble(0) + policyTotal;
    }

    /** Sampled tokens whose logits the policy's part computed in the last run, for its loss and gradient. */
    public long policyRows() {
        return policy.map(ReinforceGradient::rows).orElse(0L);
    }

    /** Mean of −A·log π in the last run, without its weight. */
    public double policyLoss() {
        return policyLoss;
    }

    /** See {@link Rollout#entropies()}. */
    public double[] entropies() {
        return forward.entropies();
    }

    /** The parts in the order in which they run. */
    public List<Part> parts() {
        return List.of(
                part("rollout", forward.samplingPlans()),
                part("teacher-forced forward", forward.teacherForcedPlans()),
                part("likelihoods", List.of(likelihoods)),
                part("policy", policy.map(ReinforceGradient::plans).orElse(List.of())),
                part("backward", List.of(backward)));
    }

    private Part part(String name, List<StaticPlan> plans) {
        return new Part(name, plans, seconds.getOrDefault(name, 0.0));
    }

    /** Bytes of kept activations, kept gradients and shared buffers. */
    public long bytes() {
        return memory.bytes()
                + forward.activations().bytes()
                + hiddenGradient.length() * hiddenGradient.dataType().width();
    }

    @Override
    public void close() {
        backward.close();
        policy.ifPresent(ReinforceGradient::close);
        reward.ifPresent(Reward.Custom::close);
        likelihoods.close();
        forward.close();
        hiddenGradient.close();
        if (headGradientIsApart) {
            headGradient.orElseThrow().close();
        }
        memory.close();
    }
}
