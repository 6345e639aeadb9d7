package org.quietstar.config;

import java.util.List;
import org.quietstar.config.yaml.Format;
import org.quietstar.config.yaml.Key;
import org.quietstar.config.yaml.Records;

/** Keys {@code train.lora}: low-rank adapters (LoRA, arXiv 2106.09685). */
public record LoraConfig(
        @Key(value = "Rank of the adapters, the width between their two matrices; 0 means none.", min = 0, def = "0")
        int rank,

        @Key(value = "What the adapters add is multiplied by alpha / rank.", min = 0, def = "16")
        double alpha,

        @Key(
                value =
                        "Linear maps that get an adapter in every layer, by the last part of their names, such as q_proj.",
                def = "[q_proj, v_proj]")
        List<String> targets) {

    public LoraConfig {
        targets = List.copyOf(targets);
    }

    /** None; where a rank is set, on queries and values, as in the paper. */
    public static LoraConfig defaults() {
        return Records.defaults(LoraConfig.class);
    }

    /** As in a recipe. */
    @Override
    public String toString() {
        return "{rank: " + rank + ", alpha: " + Format.decimal(alpha) + ", targets: " + Format.yaml(targets) + "}";
    }

    /** Whether there are adapters. */
    public boolean isOn() {
        return rank > 0;
    }

    /** alpha / rank, the factor of what an adapter adds. */
    public double scaling() {
        return alpha / rank;
    }

    // The same settings with one of them changed.

    public LoraConfig withRank(int value) {
        return Records.with(this, "rank", value);
    }

    public LoraConfig withAlpha(double value) {
        return Records.with(this, "alpha", value);
    }

    public LoraConfig withTargets(List<String> value) {
        return Records.with(this, "targets", value);
    }
}
