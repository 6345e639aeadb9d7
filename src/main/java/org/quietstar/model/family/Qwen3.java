package org.quietstar.model.family;

import java.util.Map;
import org.quietstar.config.ModelConfig;

/** Qwen 3: the common decoder with a norm of each head's query and key. */
final class Qwen3 extends RotaryFamily {
    /** What Hugging Face's library takes where a file names no width of a head. */
    private static final int DEFAULT_HEAD_DIM = 128;

    @Override
    public String name() {
        return "qwen3";
    }

    @Override
    public String className() {
        return "Qwen3ForCausalLM";
    }

    @Override
    public Architecture architecture() {
        return Architecture.COMMON.withQueryKeyNorm();
    }

    @Override
    public ModelConfig read(HfConfig json) {
        json.requireOneOf("attention_bias", false);
        return super.read(json);
    }

    @Override
    int headDim(HfConfig json, int width, int heads) {
        return json.size("head_dim", DEFAULT_HEAD_DIM);
    }

    @Override
    int slidingWindow(HfConfig json) {
        json.requireOneOf("use_sliding_window", false);
        return 0;
    }

    @Override
    public Map<String, Object> write(ModelConfig model) {
        Map<String, Object> json = super.write(model);
        json.put("attention_bias", false);
        json.put("use_sliding_window", false);
        return json;
    }

    @Override
    public void check(ModelConfig model) {
        requireNoWindow(model);
    }
}
