package org.quietstar.model.family;

import java.util.Map;
import org.quietstar.config.ModelConfig;

/** Qwen 2 and 2.5: the common decoder with biases of queries, keys and values. */
final class Qwen2 extends RotaryFamily {
    @Override
    public String name() {
        return "qwen2";
    }

    @Override
    public String className() {
        return "Qwen2ForCausalLM";
    }

    @Override
    public Architecture architecture() {
        return Architecture.COMMON.withInputBiases();
    }

    @Override
    int slidingWindow(HfConfig json) {
        json.requireOneOf("use_sliding_window", false);
        return 0;
    }

    @Override
    public Map<String, Object> write(ModelConfig model) {
        Map<String, Object> json = super.write(model);
        json.put("use_sliding_window", false);
        return json;
    }

    @Override
    public void check(ModelConfig model) {
        requireNoWindow(model);
        if (model.resolvedHeadDim() * model.heads() != model.hiddenSize()) {
            throw Families.conflict(model, "headDim", model.headDim(), "0, which means hiddenSize / heads");
        }
    }
}
