package org.quietstar.config;

import java.util.List;
import org.quietstar.config.yaml.Choice;
import org.quietstar.config.yaml.Key;
import org.quietstar.config.yaml.Records;

/** Section {@code thought}: sizes and sampling of the hidden thoughts (paper, section 4). */
public record ThoughtConfig(
        @Key(
                value = "Sampled tokens T in one thought, markers not counted; the reference program's n_ahead"
                        + " is T + 3.",
                unit = "tokens",
                min = 1,
                def = "9")
        int thoughtTokens,

        @Key(value = "True tokens M predicted after a thought, teacher forced.", unit = "tokens", min = 1, def = "4")
        int lookahead,

        @Key(value = "Thoughts P drawn for every position.", min = 1, def = "2")
        int thoughtsPerPosition,

        @Key(value = "Sampling temperature while training; 0 is greedy.", min = 0, def = "1.0")
        double thoughtTemperature,

        @Key(
                value =
                        "linear: the mixing weight is the head's raw output; sigmoid: squashed, with bias -5; none: there"
                                + " is no mixing head, and what is predicted with a thought is the thought's alone.",
                def = "linear")
        Mixer mixer,

        @Key(
                value = "Text whose first token's embedding START and END begin as; the mean embedding where"
                        + " the tokenizer lacks it.",
                def = "---")
        String initText,

        @Key(value = "START and END are multiplied by this on their way into the model.", min = 0, def = "1.0")
        double embeddingScale,

        @Key(
                value = "Token ids that a thought never contains; the padding id is always among them.",
                min = 0,
                def = "[]")
        List<Integer> bannedIds,

        @Key(
                value =
                        "Texts of single tokens, such as digits and operators: a thought is made of these alone, each with"
                                + " or without a blank before it. Empty: of any token.",
                def = "[]")
        List<String> vocabulary) {
    /** What becomes of the mixing head's raw output. */
    public enum Mixer implements Choice {
        /** It is the mixing weight. */
        LINEAR,
        /** It is squashed to between 0 and 1, with bias -5. */
        SIGMOID,
        /** There is none: the thought weighs 1. */
        NONE
    }

    public ThoughtConfig {
        bannedIds = List.copyOf(bannedIds);
        vocabulary = List.copyOf(vocabulary);
    }

    /** S = 1 + T + 1 + (M − 1): slots of a thought block, so many positions it takes after its text token. */
    public long slots() {
        return 1L + thoughtTokens + 1 + (lookahead - 1);
    }

    public static ThoughtConfig defaults() {
        return Records.defaults(ThoughtConfig.class);
    }

    // The same settings with one of them changed.

    public ThoughtConfig withThoughtTokens(int value) {
        return Records.with(this, "thoughtTokens", value);
    }

    public ThoughtConfig withLookahead(int value) {
        return Records.with(this, "lookahead", value);
    }

    public ThoughtConfig withThoughtsPerPosition(int value) {
        return Records.with(this, "thoughtsPerPosition", value);
    }

    public ThoughtConfig withThoughtTemperature(double value) {
        return Records.with(this, "thoughtTemperature", value);
    }

    public ThoughtConfig withMixer(Mixer value) {
        return Records.with(this, "mixer", value);
    }

    public ThoughtConfig withInitText(String value) {
        return Records.with(this, "initText", value);
    }

    public ThoughtConfig withEmbeddingScale(double value) {
        return Records.with(this, "embeddingScale", value);
    }

    public ThoughtConfig withBannedIds(List<Integer> value) {
        return Records.with(this, "bannedIds", value);
    }

    public ThoughtConfig withVocabulary(List<String> value) {
        return Records.with(this, "vocabulary", value);
    }
}
