package org.quietstar.config;

import java.util.List;

/** Keys {@code train.lora}: low-rank adapters (LoRA, arXiv 2106.09685). */
public record LoraConfig(
        @Key(value = "Rank of the adapters, the width between their two matrices; 0 means none.", min = 0)
        int rank,

        @Key(value = "What the adapters add is multiplied by alpha / rank.", min = 0)
        double alpha,

        @Key("Linear maps that get an adapter in every layer, by the last part of their names, such as q_proj.")
        List<String> targets) {

    public LoraConfig {
        targets = List.copyOf(targets);
    }

    /** None; where a rank is set, on queries and values, as in the paper. */
    public static LoraConfig defaults() {
        return new LoraConfig(0, 16, List.of("q_proj", "v_proj"));
    }

    /** As in a recipe. */
    @Override
    public String toString() {
        return "{rank: " + rank + ", alpha: " + Shown.decimal(alpha) + ", targets: " + Shown.yaml(targets) + "}";
    }

    /** Whether there are adapters. */
    public boolean isOn() {
        return rank > 0;
    }

    /** alpha / rank, the factor of what an adapter adds. */
    public double scaling() {
        return alpha / rank;
    }
}
