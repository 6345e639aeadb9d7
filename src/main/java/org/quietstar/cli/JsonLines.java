package org.quietstar.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.quietstar.generate.GeneratedToken;
import org.quietstar.generate.Generation;
import org.quietstar.generate.GenerationListener;
import org.quietstar.generate.SampledPrompt;
import org.quietstar.tokenizer.Tokenizer;

/** One JSON object a prompt, when its text is complete; {@code index} counts all prompts from 0. */
final class JsonLines implements GenerationListener {
    private final Tokenizer tokenizer;
    private final PrintWriter out;
    private final int first;
    private final List<SampledPrompt> prompts;
    private final ObjectMapper mapper = new ObjectMapper();

    /**
     * @param first number of the batch's first prompt
     * @param prompts of the batch
     */
    JsonLines(Tokenizer tokenizer, PrintWriter out, int first, List<SampledPrompt> prompts) {
        this.prompts = List.copyOf(prompts);
        this.first = first;
        this.tokenizer = tokenizer;
        this.out = out;
    }

    @Override
    public void onEnd(int prompt, Generation generation) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("index", first + prompt);
        line.put("prompt", generation.prompt());
        line.put("sample", prompts.get(prompt).sample());
        line.put("text", generation.text());
        line.put("finish", generation.finish().name().toLowerCase(Locale.ROOT));
        List<Map<String, Object>> tokens = new ArrayList<>();
        generation.tokens().forEach(token -> tokens.add(map(token)));
        line.put("tokens", tokens);
        try {
            out.println(mapper.writeValueAsString(line));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
        out.flush();
    }

    private Map<String, Object> map(GeneratedToken token) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", token.id());
        map.put("text", tokenizer.decode(new int[] {token.id()}));
        map.put("logprob", token.logProbability());
        token.thought().ifPresent(thought -> {
            map.put("w", thought.weight());
            int[] ids = thought.tokens();
            Map<String, Object> inner = new LinkedHashMap<>();
            inner.put("ids", ids);
            inner.put("text", tokenizer.decode(ids));
            map.put("thought", inner);
        });
        return map;
    }
}
