package org.quietstar.model.family;

import java.util.Map;
import org.quietstar.config.ModelConfig;

/** Llama 1 to 3: the common decoder. */
final class Llama extends RotaryFamily {
    @Override
    public String name() {
        return "llama";
    }

    @Override
    public String className() {
        return "LlamaForCausalLM";
    }

    @Override
    public Architecture architecture() {
        return Architecture.COMMON;
    }

    @Override
    public ModelConfig read(HfConfig json) {
        json.requireOneOf("attention_bias", false);
        return super.read(json);
    }

    @Override
    int slidingWindow(HfConfig json) {
        return 0;
    }

    /** With a window, other programs treat it as a Mistral. */
    @Override
    public Family written(ModelConfig model) {
        return model.slidingWindow() > 0 ? new Mistral() : this;
    }

    @Override
    public Map<String, Object> write(ModelConfig model) {
        Map<String, Object> json = super.write(model);
        json.put("attention_bias", false);
        json.put("mlp_bias", false);
        return json;
    }
}
