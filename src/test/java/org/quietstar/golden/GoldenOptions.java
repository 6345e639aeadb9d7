package org.quietstar.golden;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code golden.json} says of a recorded computation.
 *
 * @param thoughts N, thoughts of each position
 * @param tokens T, of a thought
 * @param ahead A, true tokens predicted after a thought
 * @param squashed whether the mixing weight goes through a sigmoid
 * @param positiveOnly whether advantages below 0 count as 0
 * @param unmixedReward whether the reward is that of the thought's own logits
 * @param trim positions at the end of a text that have no reward although their labels exist
 * @param banned ids that no thought may hold
 */
public record GoldenOptions(
        int vocab,
        int dim,
        int layers,
        int heads,
        int kv,
        int ffn,
        int batch,
        int length,
        int thoughts,
        int tokens,
        int ahead,
        double theta,
        double eps,
        boolean tied,
        boolean squashed,
        double sampleTemperature,
        double reinforceTemperature,
        boolean positiveOnly,
        boolean unmixedReward,
        int trim,
        double baseWeight,
        double thoughtWeight,
        double policyWeight,
        int pad,
        List<Integer> banned,
        double thinkScale) {

    /** The paper's defaults, at sizes that a test can afford: 2 sequences of 7, 2 thoughts of 3 tokens, 2 ahead. */
    public static final GoldenOptions DEFAULTS = new GoldenOptions(
            23, 8, 2, 4, 2, 12, 2, 7, 2, 3, 2, 10000, 1e-5, false, false, 1, 3, true, false, 0, 0.5, 0.5, 1, 0,
            List.of(), 1);

    /** Everything else than by default. */
    static final GoldenOptions OPTIONS = new GoldenOptions(
            19,
            8,
            2,
            4,
            1,
            12,
            1,
            8,
            3,
            2,
            3,
            100,
            1e-6,
            true,
            true,
            0.8,
            2,
            false,
            true,
            1,
            0.3,
            0.6,
            1.7,
            1,
            List.of(1, 4),
            1.5);

    /** The defaults at other sizes. */
    public GoldenOptions sized(int newBatch, int newLength, int newThoughts, int newTokens, int newAhead, int newTrim) {
        return with(vocab, dim, layers, heads, kv, ffn, newBatch, newLength, newThoughts, newTokens, newAhead, newTrim);
    }

    /** The same with another decoder, whose heads have keys of their own. */
    public GoldenOptions decoder(int newVocab, int newDim, int newLayers, int newHeads, int newFfn) {
        return with(
                newVocab, newDim, newLayers, newHeads, newHeads, newFfn, batch, length, thoughts, tokens, ahead, trim);
    }

    private GoldenOptions with(
            int newVocab,
            int newDim,
            int newLayers,
            int newHeads,
            int newKv,
            int newFfn,
            int newBatch,
            int newLength,
            int newThoughts,
            int newTokens,
            int newAhead,
            int newTrim) {
        return new GoldenOptions(
                newVocab,
                newDim,
                newLayers,
                newHeads,
                newKv,
                newFfn,
                newBatch,
                newLength,
                newThoughts,
                newTokens,
                newAhead,
                theta,
                eps,
                tied,
                squashed,
                sampleTemperature,
                reinforceTemperature,
                positiveOnly,
                unmixedReward,
                newTrim,
                baseWeight,
                thoughtWeight,
                policyWeight,
                pad,
                banned,
                thinkScale);
    }

    int headWidth() {
        return dim / heads;
    }

    /** S, tokens of a block: START, the thought, END, and the true tokens but the last. */
    int slots() {
        return tokens + 1 + ahead;
    }

    /** Positions that have a reward. */
    int rewarded() {
        return length - ahead - trim;
    }

    /** Names and shapes of the parameters, matrices [out, in]. */
    public Map<String, int[]> shapes() {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        int keys = kv * headWidth();
        shapes.put("model.embed_tokens.weight", new int[] {vocab, dim});
        for (int i = 0; i < layers; i++) {
            String layer = "model.layers." + i + ".";
            shapes.put(layer + "input_layernorm.weight", new int[] {dim});
            shapes.put(layer + "self_attn.q_proj.weight", new int[] {dim, dim});
            shapes.put(layer + "self_attn.k_proj.weight", new int[] {keys, dim});
            shapes.put(layer + "self_attn.v_proj.weight", new int[] {keys, dim});
            shapes.put(layer + "self_attn.o_proj.weight", new int[] {dim, dim});
            shapes.put(layer + "post_attention_layernorm.weight", new int[] {dim});
            shapes.put(layer + "mlp.gate_proj.weight", new int[] {ffn, dim});
            shapes.put(layer + "mlp.up_proj.weight", new int[] {ffn, dim});
            shapes.put(layer + "mlp.down_proj.weight", new int[] {dim, ffn});
        }
        shapes.put("model.norm.weight", new int[] {dim});
        if (!tied) {
            shapes.put("lm_head.weight", new int[] {vocab, dim});
        }
        shapes.put("start_embedding", new int[] {dim});
        shapes.put("end_embedding", new int[] {dim});
        shapes.put("talk_head.0.weight", new int[] {dim, 2 * dim});
        shapes.put("talk_head.0.bias", new int[] {dim});
        shapes.put("talk_head.2.weight", new int[] {dim, dim});
        shapes.put("talk_head.2.bias", new int[] {dim});
        shapes.put("talk_head.4.weight", new int[] {1, dim});
        return shapes;
    }

    /** As {@code golden.json} has it. */
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("vocab", vocab);
        json.put("dim", dim);
        json.put("layers", layers);
        json.put("heads", heads);
        json.put("kv", kv);
        json.put("ffn", ffn);
        json.put("T", tokens);
        json.put("A", ahead);
        json.put("N", thoughts);
        json.put("rope_theta", theta);
        json.put("eps", eps);
        json.put("tied", tied);
        json.put("mix_act", squashed ? "sigmoid" : "none");
        json.put("sample_temp", sampleTemperature);
        json.put("reinforce_temp", reinforceTemperature);
        json.put("positive_only", positiveOnly);
        json.put("reward", unmixedReward ? "talk" : "mixed");
        json.put("reward_trim", trim);
        json.put("w_base", baseWeight);
        json.put("w_talk", thoughtWeight);
        json.put("w_policy", policyWeight);
        json.put("pad_id", pad);
        json.put("ban_ids", banned);
        json.put("think_scale", thinkScale);
        return json;
    }

    static int count(int... shape) {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }
}
