package org.quietstar.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.quietstar.QuietStarException;
import org.quietstar.generate.GenerateOptions;
import org.quietstar.generate.GeneratedToken;
import org.quietstar.generate.GenerationListener;
import org.quietstar.generate.Generator;
import org.quietstar.model.Parameters;
import org.quietstar.runtime.Backend;
import org.quietstar.runtime.BlasInfo;
import org.quietstar.runtime.Speed;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.TokenRules;

/**
 * Times greedy generation with random weights, one sequence, without and with thoughts. What bounds it is reading the
 * weights, so the speed of a copy in memory is measured beside it.
 */
public final class GenerationBenchmark {
    private static final int PROMPT = 32;
    /** Tokens until the plans are made and the Java code around them is compiled. */
    private static final int WARM_UP = 16;

    private GenerationBenchmark() {}

    /**
     * Speed of generation.
     *
     * @param secondsPerToken median
     * @param weightBytes that a token must read
     */
    public record Rate(double secondsPerToken, long weightBytes) {
        /** Tokens of text a second. */
        public double tokensPerSecond() {
            return 1 / secondsPerToken;
        }

        /** 10⁹ bytes of weights a second. */
        public double gigabytesPerSecond() {
            return weightBytes / secondsPerToken * 1e-9;
        }
    }

    /**
     * What was measured.
     *
     * @param tokens timed
     * @param plain without thoughts
     * @param thinking with a thought before every token
     * @param copyGigabytesPerSecond bytes read and written by a copy in memory, in 10⁹ a second; the faster of a
     *     measurement before and one after
     */
    public record Result(
            GenerationSize size, int tokens, Rate plain, Rate thinking, double copyGigabytesPerSecond, int threads) {
        /** Weights read a second over bytes copied a second. */
        public double share(Rate rate) {
            return rate.gigabytesPerSecond() / copyGigabytesPerSecond;
        }

        /** By the names of the JSON line: {@code _gb_per_s} 10⁹ bytes a second. */
        public Map<String, Object> asMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("program", BenchResult.program());
            map.put("size", size.name());
            map.put("parameters", size.parameters());
            map.put("thought_tokens", size.thoughtTokens());
            map.put("tokens", tokens);
            map.put("threads", threads);
            map.put("copy_gb_per_s", copyGigabytesPerSecond);
            put(map, "", plain);
            put(map, "thoughts_", thinking);
            return map;
        }

        private void put(Map<String, Object> map, String prefix, Rate rate) {
            map.put(prefix + "tokens_per_s", rate.tokensPerSecond());
            map.put(prefix + "weight_bytes_per_token", rate.weightBytes());
            map.put(prefix + "weights_gb_per_s", rate.gigabytesPerSecond());
            map.put(prefix + "share_of_copy", share(rate));
        }
    }

    /** Measures so many tokens of each kind; QuietStarException for fewer than one. */
    public static Result run(GenerationSize size, int tokens, BenchProgress progress) {
        if (tokens < 1) {
            throw new QuietStarException("--tokens " + tokens + ": must be 1 or more");
        }
        Backend.require("auto");
        progress.begins("drawing the weights");
        try (Parameters weights = RandomInputs.weights(size.model(), size.thought());
                var tokenizer = new SilentTokenizer(size.model().vocabSize())) {
            List<Integer> never = List.of(tokenizer.eosId(), tokenizer.padId());
            var model = ThinkingModel.of(size.model(), size.thought(), weights, TokenRules.never(never));
            double before = Speed.measure().copyGigabytesPerSecond();
            try (var generator = new Generator(model, tokenizer)) {
                progress.begins("without thoughts");
                double plain = secondsPerToken(generator, size, tokens, GenerateOptions.Thoughts.OFF);
                progress.begins("with thoughts");
                double thinking = secondsPerToken(generator, size, tokens, GenerateOptions.Thoughts.ON);
                double after = Speed.measure().copyGigabytesPerSecond();
                return new Result(
                        size,
                        tokens,
                        new Rate(plain, size.weightBytes(weights, false)),
                        new Rate(thinking, size.weightBytes(weights, true)),
                        Math.max(before, after),
                        BlasInfo.inForce().threads());
            }
        }
    }

    private static double secondsPerToken(
            Generator generator, GenerationSize size, int tokens, GenerateOptions.Thoughts thoughts) {
        int[] ids = new Random(1).ints(PROMPT, 0, size.model().vocabSize() - 2).toArray();
        List<Long> times = new ArrayList<>();
        generator.generate(
                List.of(new Generator.Prompt(0, "", ids)),
                GenerateOptions.builder()
                        .maxTokens(tokens + WARM_UP)
                        .temperature(0)
                        .thoughts(thoughts)
                        .build(),
                new GenerationListener() {
                    @Override
                    public void onToken(int prompt, GeneratedToken token) {
                        times.add(System.nanoTime());
                    }
                });
        double[] seconds = new double[tokens];
        for (int i = 0; i < tokens; i++) {
            seconds[i] = (times.get(WARM_UP + i) - times.get(WARM_UP + i - 1)) * 1e-9;
        }
        return BenchResult.median(Arrays.stream(seconds).boxed().toList());
    }
}
