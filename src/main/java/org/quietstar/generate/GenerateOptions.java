package org.quietstar.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.quietstar.QuietStarException;

/**
 * What text is wanted. {@link #builder} has a default for everything.
 *
 * @param maxTokens tokens to generate at most, 1 or more; default {@value #DEFAULT_MAX_TOKENS}
 * @param sampling how tokens of the text are drawn; by default from the model's own distribution
 * @param seed of all that is drawn. Every sequence has streams of its own that depend on the seed alone, so that a
 *     prompt gives the same text in whatever batch it is; default 0
 * @param stop strings that end the text before them; none is empty
 * @param thoughts whether to think
 * @param thinkWhen before which tokens, where there are thoughts; default always
 * @param thoughtTemperature of the thoughts' tokens; 0 is greedy; by default what the model was trained with
 * @param compare whether each token's probability without its thought is computed, too: one pass over the weights more
 * @param onLimit what happens at the model's largest position; default {@link OnLimit#ERROR}
 */
public record GenerateOptions(
        int maxTokens,
        Sampling sampling,
        long seed,
        List<String> stop,
        Thoughts thoughts,
        ThinkWhen thinkWhen,
        OptionalDouble thoughtTemperature,
        boolean compare,
        OnLimit onLimit) {
    /** Tokens where nothing else is said. */
    public static final int DEFAULT_MAX_TOKENS = 200;

    /** Whether to think. */
    public enum Thoughts {
        /** Where the model has learned to. */
        AUTO,
        /** Yes; a model without thoughts is refused. */
        ON,
        /** No: the base model's text. */
        OFF
    }

    /** What happens when a text reaches the model's largest position. */
    public enum OnLimit {
        /** A text that could get there is refused before anything is generated. */
        ERROR,
        /**
         * The last half of the context stays, behind the id that begins a document if the prompt began with it; the rest
         * is forgotten. The kept tokens get positions from 0 on and their keys are recomputed, since cached keys hold
         * the old positions and what the forgotten tokens told them: the text continues exactly as it would after a
         * prompt of the kept tokens.
         */
        SLIDE
    }

    public GenerateOptions {
        if (maxTokens < 1) {
            throw new QuietStarException("max-tokens is " + maxTokens + "; it must be 1 or more");
        }
        if (thoughtTemperature.isPresent()
                && !(thoughtTemperature.getAsDouble() >= 0 && Double.isFinite(thoughtTemperature.getAsDouble()))) {
            throw new QuietStarException(
                    "thought-temperature is " + thoughtTemperature.getAsDouble() + "; it must be 0 (greedy) or more");
        }
        if (stop.contains("")) {
            throw new QuietStarException("stop: a stop string may not be empty");
        }
        stop = List.copyOf(stop);
    }

    /** The same with {@link #compare} on. */
    public GenerateOptions compared() {
        return new GenerateOptions(
                maxTokens, sampling, seed, stop, thoughts, thinkWhen, thoughtTemperature, true, onLimit);
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Everything at its default: up to 200 tokens from the model's own distribution, with thoughts if it has any. */
    public static GenerateOptions defaults() {
        return builder().build();
    }

    /** Collects options. */
    public static final class Builder {
        private int maxTokens = DEFAULT_MAX_TOKENS;
        private double temperature = Sampling.PLAIN.temperature();
        private int topK = Sampling.PLAIN.topK();
        private double topP = Sampling.PLAIN.topP();
        private double minP = Sampling.PLAIN.minP();
        private double repetitionPenalty = Sampling.PLAIN.repetitionPenalty();
        private long seed;
        private final List<String> stop = new ArrayList<>();
        private Thoughts thoughts = Thoughts.AUTO;
        private ThinkWhen thinkWhen = new ThinkWhen.Always();
        private OptionalDouble thoughtTemperature = OptionalDouble.empty();
        private boolean compare;
        private OnLimit onLimit = OnLimit.ERROR;

        private Builder() {}

        /** Tokens to generate at most. */
        public Builder maxTokens(int tokens) {
            maxTokens = tokens;
            return this;
        }

        /** See {@link Sampling}; 0 is greedy. */
        public Builder temperature(double value) {
            temperature = value;
            return this;
        }

        /** See {@link Sampling}; 0 is no limit. */
        public Builder topK(int value) {
            topK = value;
            return this;
        }

        /** See {@link Sampling}; 1 is no limit. */
        public Builder topP(double value) {
            topP = value;
            return this;
        }

        /** See {@link Sampling}; 0 is no limit. */
        public Builder minP(double value) {
            minP = value;
            return this;
        }

        /** See {@link Sampling}; 1 is none. */
        public Builder repetitionPenalty(double value) {
            repetitionPenalty = value;
            return this;
        }

        /** Seed of all that is drawn. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** Strings of which the first to come ends the text; added to those that there are. */
        public Builder stop(List<String> strings) {
            stop.addAll(strings);
            return this;
        }

        /** Whether to think. */
        public Builder thoughts(Thoughts value) {
            thoughts = value;
            return this;
        }

        /** Before which tokens to think. */
        public Builder thinkWhen(ThinkWhen value) {
            thinkWhen = value;
            return this;
        }

        /** Temperature of the thoughts' tokens; 0 is greedy. */
        public Builder thoughtTemperature(double value) {
            thoughtTemperature = OptionalDouble.of(value);
            return this;
        }

        /** Whether to compute what each token is worth without its thought, too: a pass over the weights more. */
        public Builder compare(boolean value) {
            compare = value;
            return this;
        }

        /** What happens at the model's largest position. */
        public Builder onLimit(OnLimit value) {
            onLimit = value;
            return this;
        }

        /** The options; QuietStarException names a value that is not allowed. */
        public GenerateOptions build() {
            var sampling = new Sampling(temperature, topK, topP, minP, repetitionPenalty);
            return new GenerateOptions(
                    maxTokens, sampling, seed, stop, thoughts, thinkWhen, thoughtTemperature, compare, onLimit);
        }
    }
}
