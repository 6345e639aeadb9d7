package org.quietstar.thought;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.LoraConfig;
import org.quietstar.config.LossConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.model.DecoderNames;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.LoraAdapters;
import org.quietstar.model.Parameters;
import org.quietstar.thought.LearningInputs.LabelCounts;

/**
 * A decoder with thoughts of about a thousand numbers, all random and large, so that every path through it matters: two
 * layers, two query heads for each key/value head, heads wider than D / H, START and END scaled, one banned id.
 */
public record TinyModel(
        ModelConfig model,
        ThoughtConfig thought,
        LossConfig loss,
        ThoughtLayout layout,
        List<Integer> bannedIds,
        Parameters parameters) {
    public static final int VOCAB = 11;
    public static final int BANNED = 1;
    public static final int PAD = 0;
    /** B = 2, L = 5, P = 2, T = 2, M = 2 */
    public static final ThoughtLayout LAYOUT = new ThoughtLayout(2, 5, 2, 2, 2);

    /** Linear mixer, double precision. */
    public static TinyModel of(boolean tied, int window, ThoughtLayout layout) {
        return of(tied, window, layout, Mixer.LINEAR, LossOptions.DEFAULT, DataType.DOUBLE);
    }

    public static TinyModel of(
            boolean tied, int window, ThoughtLayout layout, Mixer mixer, LossConfig loss, DataType type) {
        return of(2, tied, window, layout, mixer, loss, type);
    }

    /** Four query heads with 4, 2 or 1 key/value heads; untied, linear mixer, double precision. */
    public static TinyModel withKeyValueHeads(int keyValueHeads, int window, ThoughtLayout layout) {
        return of(keyValueHeads, false, window, layout, Mixer.LINEAR, LossOptions.DEFAULT, DataType.DOUBLE);
    }

    /** A model of another family, tied, linear mixer, double precision. */
    public static TinyModel ofFamily(String family, ThoughtLayout layout, LossConfig loss) {
        boolean llamaLike = family.equals("mistral") || family.equals("qwen3");
        int keyValueHeads = family.equals("gpt2") ? 4 : 2;
        var model = decoder(keyValueHeads)
                .withHeadDim(llamaLike ? 8 : 0)
                .withSlidingWindow(family.equals("mistral") ? 3 : 0)
                .withMaxPositions(layout.maxPosition() + 1)
                .withFamily(family);
        return of(model, layout, Mixer.LINEAR, loss, DataType.DOUBLE);
    }

    private static TinyModel of(
            int keyValueHeads,
            boolean tied,
            int window,
            ThoughtLayout layout,
            Mixer mixer,
            LossConfig loss,
            DataType type) {
        var model = decoder(keyValueHeads)
                .withHeadDim(8)
                .withSlidingWindow(window)
                .withTiedEmbeddings(tied)
                .withMaxPositions(layout.maxPosition());
        return of(model, layout, mixer, loss, type);
    }

    private static ModelConfig decoder(int keyValueHeads) {
        return ModelConfig.defaults()
                .withVocabSize(VOCAB)
                .withHiddenSize(8)
                .withIntermediateSize(12)
                .withLayers(2)
                .withKvHeads(keyValueHeads)
                .withRopeTheta(100.0)
                .withInitializerRange(0.4);
    }

    private static TinyModel of(ModelConfig model, ThoughtLayout layout, Mixer mixer, LossConfig loss, DataType type) {
        var thought = ThoughtConfig.defaults()
                .withThoughtTokens(layout.thoughtTokens())
                .withLookahead(layout.lookahead())
                .withThoughtsPerPosition(layout.thoughts())
                .withMixer(mixer)
                .withInitText("")
                .withEmbeddingScale(1.5)
                .withBannedIds(List.of(BANNED));
        return new TinyModel(model, thought, loss, layout, List.of(BANNED), parameters(model, thought, type));
    }

    private static Parameters parameters(ModelConfig model, ThoughtConfig thought, DataType type) {
        Map<String, long[]> shapes = new LinkedHashMap<>(DecoderParameters.shapes(model));
        shapes.putAll(ThoughtParameters.shapes(model, thought));
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> {
            INDArray array = Parameters.normal(type, 7, name, 0.4, shape);
            boolean scale = (name.contains("norm") || name.contains("ln_")) && !DecoderParameters.isBias(name);
            arrays.put(name, scale ? array.addi(1) : array);
        });
        return new Parameters(arrays);
    }

    /** The same with low-rank adapters that matter, of rank 2 and a factor that is not 1. */
    public TinyModel adapted(String... targets) {
        var lora = new LoraConfig(2, 3, List.of(targets));
        Parameters adapters = LoraAdapters.create(model, lora, parameters.dataType(), 5);
        adapters.asMap().forEach((name, array) -> {
            if (LoraAdapters.isMatrix(name)) {
                array.assign(Parameters.normal(parameters.dataType(), 7, name, 0.4, array.shape()));
            }
        });
        return new TinyModel(model, thought, loss, layout, bannedIds, parameters.and(adapters));
    }

    /** Names of all parameters that there are gradients for. */
    public Set<String> trainable() {
        Set<String> names = new TreeSet<>(parameters.asMap().keySet());
        names.remove(LoraAdapters.ALPHA);
        return names;
    }

    public ReferenceObjective graph() {
        return new ReferenceObjective(thinking(), spec(), layout);
    }

    public ThinkingModel thinking() {
        return ThinkingModel.of(model, thought, parameters, new TokenRules(PAD, bannedIds, bannedIds));
    }

    LossSpec spec() {
        return LossSpec.of(loss);
    }

    public TinyModel with(LossConfig other) {
        return new TinyModel(model, thought, other, layout, bannedIds, parameters);
    }

    /** Random text [B·L]. */
    public int[] text(long seed) {
        return ids(layout.textRows(), seed);
    }

    /** Random thoughts [T·B·P·L]. */
    public int[] thoughts(long seed) {
        return ids(layout.thoughtTokens() * layout.slotRows(), seed);
    }

    private static int[] ids(int count, long seed) {
        var random = new Random(seed);
        return random.ints(count, 2, VOCAB).toArray();
    }

    /** Lengths of sequences without padding. */
    public int[] fullLengths() {
        int[] lengths = new int[layout.batch()];
        Arrays.fill(lengths, layout.length());
        return lengths;
    }

    /** A filled batch, alone in its step. */
    public LearningInputs batch(int[] text, int[] lengths, int[] thoughts) {
        return batch(text, lengths, thoughts, counts(lengths));
    }

    public LearningInputs batch(int[] text, int[] lengths, int[] thoughts, LabelCounts totals) {
        var batch = new LearningInputs(layout, loss.rewardTrim(), PAD, parameters.dataType());
        batch.setText(text, lengths, totals);
        batch.sampled().assign(Nd4j.createFromArray(thoughts));
        batch.takeSampled();
        return batch;
    }

    public LabelCounts counts(int[] lengths) {
        return LabelCounts.of(layout, lengths, loss.rewardTrim());
    }

    /** Names of the hidden states in the learning graph: after 0 … layers layers, and after the final norm. */
    public List<String> stateNames() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i <= model.layers(); i++) {
            names.add(DecoderNames.state(i));
        }
        names.add(DecoderNames.FINAL);
        return names;
    }

    /** Row of the learning graph: slot {@code a} of thought {@code n} at position {@code p} (a = 0 is the text). */
    public int row(int b, int n, int p, int a) {
        int l = layout.length();
        return a == 0
                ? b * l + p
                : layout.textRows() + (a - 1) * layout.slotRows() + (b * layout.thoughts() + n) * l + p;
    }

    @Override
    public String toString() {
        return model.family() + ", " + (model.tiedEmbeddings() ? "tied" : "untied") + ", window "
                + model.slidingWindow() + ", "
                + model.kvHeads() + " key/value heads, "
                + (parameters.contains(LoraAdapters.ALPHA) ? "adapters, " : "")
                + thought.mixer().word() + ", " + layout + ", "
                + loss;
    }
}
