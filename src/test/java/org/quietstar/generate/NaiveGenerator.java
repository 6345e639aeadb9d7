package org.quietstar.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.model.ReferenceDecoder;
import org.quietstar.random.SplitMix;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtParameters;
import org.quietstar.thought.TokenRules;

/**
 * Generation as the specification writes it down, without a cache: for every token the whole text goes through a decoder
 * of plain loops, again for every token of a thought. START and END are two more rows of the embedding table.
 */
final class NaiveGenerator {
    private final ThinkingModel model;
    private final GenerateOptions options;
    private final ReferenceDecoder decoder;
    private final Map<String, double[][]> matrices = new HashMap<>();
    private final int vocabSize;

    NaiveGenerator(ThinkingModel model, GenerateOptions options) {
        this.model = model;
        this.options = options;
        this.vocabSize = model.config().vocabSize();
        Map<String, INDArray> arrays = new LinkedHashMap<>(model.parameters().asMap());
        INDArray table = model.parameters().get(DecoderParameters.EMBEDDING);
        double scale = model.settings().embeddingScale();
        arrays.put(
                DecoderParameters.EMBEDDING,
                Nd4j.vstack(table, marker(ThoughtParameters.START, scale), marker(ThoughtParameters.END, scale)));
        this.decoder = new ReferenceDecoder(model.config(), new Parameters(arrays));
    }

    private INDArray marker(String name, double scale) {
        return model.parameters().get(name).mul(scale).reshape(1, model.config().hiddenSize());
    }

    /** As many tokens as the options say. */
    List<GeneratedToken> generate(int... prompt) {
        return generateAfter(0, prompt);
    }

    /** As {@link #generate}, with the random numbers of a text of which {@code done} tokens were generated before. */
    List<GeneratedToken> generateAfter(int done, int... prompt) {
        List<Integer> ids = new ArrayList<>(Arrays.stream(prompt).boxed().toList());
        List<GeneratedToken> tokens = new ArrayList<>();
        boolean[] seen = new boolean[vocabSize];
        ids.forEach(id -> seen[id] = true);
        boolean[] banned = TokenRules.mask(model.tokens().neverInText(), vocabSize);
        for (int i = done; i < done + options.maxTokens(); i++) {
            double[] base = hidden(ids);
            Optional<Thought> thought = Optional.empty();
            double[] read = base;
            if (thinks(new Distribution(logits(base), banned).entropy())) {
                List<Integer> branch = think(ids, seen, i);
                double[] after = hidden(branch);
                double w = weight(base, after);
                read = new double[base.length];
                for (int d = 0; d < read.length; d++) {
                    read[d] = (1 - w) * base[d] + w * after[d];
                }
                thought = Optional.of(new Thought(branch.subList(ids.size() + 1, branch.size() - 1), w));
            }
            var distribution = new Distribution(logits(read), banned);
            int id = new Sampler(options.sampling(), banned)
                    .draw(logits(read), seen, SplitMix.of(options.seed(), 0, i).nextDouble());
            double without = new Distribution(logits(base), banned).logProbability(id);
            tokens.add(new GeneratedToken(id, distribution.logProbability(id), OptionalDouble.of(without), thought));
            ids.add(id);
            seen[id] = true;
        }
        return tokens;
    }

    private boolean thinks(double entropy) {
        if (options.thinkWhen() instanceof ThinkWhen.EntropyAbove above) {
            return entropy > above.nats();
        }
        return options.thinkWhen() instanceof ThinkWhen.Always;
    }

    /** The text, START, the thought and END. */
    private List<Integer> think(List<Integer> ids, boolean[] seen, int step) {
        boolean[] banned = TokenRules.mask(model.tokens().neverInText(), vocabSize);
        model.tokens().neverInThoughts().forEach(id -> banned[id] = true);
        var sampler =
                new Sampler(Sampling.atTemperature(options.thoughtTemperature().orElseThrow()), banned);
        List<Integer> branch = new ArrayList<>(ids);
        branch.add(vocabSize);
        for (int t = 0; t < model.thoughtTokens(); t++) {
            double uniform = SplitMix.of(options.seed(), 1, step, t).nextDouble();
            branch.add(sampler.draw(logits(hidden(branch)), seen, uniform));
        }
        branch.add(vocabSize + 1);
        return branch;
    }

    private double[] hidden(List<Integer> ids) {
        return decoder.hidden(ids.stream().mapToInt(Integer::intValue).toArray())[ids.size() - 1];
    }

    private double[] logits(double... hidden) {
        return times(DecoderParameters.head(model.config()), hidden);
    }

    private double weight(double[] base, double... thought) {
        if (model.settings().mixer() == Mixer.NONE) {
            return 1;
        }
        double[] both = Arrays.copyOf(base, 2 * base.length);
        System.arraycopy(thought, 0, both, base.length, base.length);
        double[] first = relu(times(ThoughtParameters.W1, both), ThoughtParameters.B1);
        double[] second = relu(times(ThoughtParameters.W2, first), ThoughtParameters.B2);
        double w = times(ThoughtParameters.W3, second)[0];
        if (model.settings().mixer() == Mixer.SIGMOID) {
            w = 1
                    / (1
                            + Math.exp(-w
                                    - model.parameters()
                                            .get(ThoughtParameters.B3)
                                            .getDouble(0)));
        }
        return w;
    }

    private double[] relu(double[] x, String bias) {
        double[] b = model.parameters().get(bias).toDoubleVector();
        for (int i = 0; i < x.length; i++) {
            x[i] = Math.max(0, x[i] + b[i]);
        }
        return x;
    }

    private double[] times(String name, double... x) {
        double[][] matrix =
                matrices.computeIfAbsent(name, n -> model.parameters().get(n).toDoubleMatrix());
        double[] y = new double[matrix.length];
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < x.length; j++) {
                y[i] += matrix[i][j] * x[j];
            }
        }
        return y;
    }
}
