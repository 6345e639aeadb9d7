package org.quietstar.train;

/**
 * Keys of a line of the metrics file. What each one means, its unit and what is healthy: {@code docs/metrics.md}.
 *
 * <p>Every value is a number, except for {@link #STAGE} and {@link #MODE}, which are texts, and {@link #NLL_THOUGHT_K},
 * a list.
 */
public final class Metrics {
    /** Optimiser step, counted over all stages, from 1. */
    public static final String STEP = "step";
    /** Name of the stage. */
    public static final String STAGE = "stage";
    /** What the stage minimises, {@code train.mode}. */
    public static final String MODE = "mode";
    /** The whole loss L, nats. */
    public static final String LOSS = "loss";
    /** Mean NLL without thoughts, nats per token. */
    public static final String NLL_BASE = "nll_base";
    /** Mean NLL after thoughts, over all lookahead tokens, nats per token. */
    public static final String NLL_THOUGHT = "nll_thought";
    /** Mean NLL after thoughts for each lookahead token, nats per token, [M]. */
    public static final String NLL_THOUGHT_K = "nll_thought_k";
    /**
     * What the thoughts gain: mean over all thoughts and lookahead tokens of the label's NLL without a thought less that
     * with it, nats per token. Unlike {@link #NLL_BASE} and {@link #NLL_THOUGHT} it is of the same labels.
     */
    public static final String GAIN = "gain";
    /** Mean divergence KL(teacher || student) of the next-token distributions, nats per token. */
    public static final String KL_TEACHER = "kl_teacher";
    /** Turn of a stage of mode star, from 1; on the line of its first step, as the three that follow. */
    public static final String STAR_TURN = "star_turn";
    /** Questions that were asked for the turn. */
    public static final String STAR_ASKED = "star_asked";
    /** Rationales that reached the right answer, those with a hint included; they are what the turn learns from. */
    public static final String STAR_KEPT = "star_kept";
    /** Rationales of these that wanted the answer as a hint. */
    public static final String STAR_RATIONALISED = "star_rationalised";
    /** Mean of −A·log π without its weight, nats squared. */
    public static final String POLICY_LOSS = "policy_loss";
    /** Mean reward of a thought, nats. */
    public static final String REWARD_MEAN = "reward_mean";
    /** Standard deviation of the reward, nats. */
    public static final String REWARD_STD = "reward_std";
    /** Share of thoughts with a positive advantage, 0 to 1. */
    public static final String ADVANTAGE_POSITIVE_SHARE = "advantage_positive_share";
    /** Mean mixing weight w. */
    public static final String MIX_WEIGHT_MEAN = "mix_weight_mean";
    /** Smallest mixing weight w. */
    public static final String MIX_WEIGHT_MIN = "mix_weight_min";
    /** Largest mixing weight w. */
    public static final String MIX_WEIGHT_MAX = "mix_weight_max";
    /** Mean entropy of the distributions that thought tokens are sampled from, nats. */
    public static final String THOUGHT_ENTROPY = "thought_entropy";
    /** Norm of the likelihoods' part of the gradient; only where {@code train.gradientNormsEvery} is due. */
    public static final String GRAD_NORM_NLL = "grad_norm_nll";
    /** Norm of the policy's part of the gradient; only where {@code train.gradientNormsEvery} is due. */
    public static final String GRAD_NORM_POLICY = "grad_norm_policy";
    /** The policy's norm as a share of both norms' sum, 0 to 1; where they are measured. */
    public static final String POLICY_SHARE = "policy_share";
    /** Weight of the REINFORCE term in this step. */
    public static final String POLICY_WEIGHT = "policy_weight";
    /** Norm of the whole gradient before it is clipped. */
    public static final String GRAD_NORM = "grad_norm";
    /** Learning rate of this step. */
    public static final String LEARNING_RATE = "learning_rate";
    /** Steps skipped since the run began. */
    public static final String SKIPPED_STEPS = "skipped_steps";
    /** Floating-point operations of all steps so far, of matrix products; see docs/metrics.md. */
    public static final String FLOPS = "flops";
    /** Begins the keys of tasks' shares of right answers, {@code task_NAME_without} and {@code task_NAME_with}. */
    public static final String TASK = "task_";
    /** Text tokens of this step. */
    public static final String TOKENS = "tokens";
    /** Time of this step, seconds. */
    public static final String STEP_S = "step_s";
    /** Text tokens per second. */
    public static final String TOKENS_PER_S = "tokens_per_s";
    /** Java heap in use, MiB. */
    public static final String HEAP_MIB = "heap_mib";
    /** Resident memory of the process, MiB. */
    public static final String MEMORY_MIB = "memory_mib";
    /** Largest resident memory of the process so far, MiB. */
    public static final String PEAK_MEMORY_MIB = "peak_memory_mib";

    private Metrics() {}
}
