package org.quietstar.generate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A prompt with its number among prompts of the same text. Each number draws other tokens and other thoughts, so that several
 * texts for one prompt differ, as a vote among them needs.
 *
 * @param text of the prompt
 * @param sample 0, 1, …
 */
public record SampledPrompt(String text, int sample) {

    /**
     * Every prompt so many times, in order; prompts of the same text are numbered on.
     *
     * @param samples 1 or more
     */
    public static List<SampledPrompt> of(List<String> prompts, int samples) {
        Map<String, Integer> next = new HashMap<>();
        List<SampledPrompt> all = new ArrayList<>();
        for (String prompt : prompts) {
            for (int i = 0; i < samples; i++) {
                all.add(new SampledPrompt(prompt, next.merge(prompt, 1, Integer::sum) - 1));
            }
        }
        return all;
    }
}
