package org.quietstar.model.family;

import java.util.Map;
import org.quietstar.config.ModelConfig;

/** Mistral: the common decoder, whose tokens may see the last few keys only. */
final class Mistral extends RotaryFamily {
    /** What Hugging Face's library takes where a file does not mention the window. */
    private static final int DEFAULT_WINDOW = 4096;

    @Override
    public String name() {
        return "mistral";
    }

    @Override
    public String className() {
        return "MistralForCausalLM";
    }

    @Override
    public Architecture architecture() {
        return Architecture.COMMON;
    }

    @Override
    int slidingWindow(HfConfig json) {
        return json.mentions("sliding_window") ? json.size("sliding_window", 0) : DEFAULT_WINDOW;
    }

    @Override
    public Map<String, Object> write(ModelConfig model) {
        Map<String, Object> json = super.write(model);
        json.put("sliding_window", model.slidingWindow() > 0 ? model.slidingWindow() : null);
        return json;
    }
}
