package org.quietstar.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.QuietStarException;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;
import org.quietstar.data.DataListener;
import org.quietstar.data.HeldOutShare;
import org.quietstar.data.TextBatches;
import org.quietstar.data.TokenBatch;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.LanguageModelGraph;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.plan.StaticPlan;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtParameters;
import org.quietstar.thought.TokenRules;
import org.quietstar.tokenizer.ByteTokenizer;

class EvaluatorTest {
    private static final ByteTokenizer TOKENIZER = new ByteTokenizer();
    private static final String YAML = """
            data: {sequenceLength: 12, batchSize: 2, packing: pad}
            model: {vocabSize: 259, hiddenSize: 16, intermediateSize: 24, layers: 2, heads: 2, kvHeads: 1, initializerRange: 0.2}
            thought: {thoughtTokens: 2}
            """;

    @TempDir
    private Path folder;

    private Path text;

    /** Five documents: seven windows of twelve tokens at most, the last of each cut short. */
    @BeforeEach
    void writeText() throws Exception {
        text = Files.writeString(
                folder.resolve("text.txt"),
                String.join("\n\n\n", "one and two are three", "four", "five and six", "seven, eight and nine", "ten"));
    }

    private RunConfig config(String... sets) {
        List<String> all = new ArrayList<>(List.of("data.validation=" + text));
        all.addAll(List.of(sets));
        return Recipes.fromYaml(YAML, "EvaluatorTest", all);
    }

    private static Parameters parameters(RunConfig config, boolean trainedMixer) {
        Parameters base = DecoderParameters.random(config.model(), DataType.FLOAT, 1);
        Parameters thought =
                ThoughtParameters.create(config.model(), config.lastStage().thought(), base, -1, 1);
        if (trainedMixer) {
            thought.get(ThoughtParameters.W1).muli(20);
            thought.get(ThoughtParameters.W2).muli(20);
            thought.get(ThoughtParameters.W3).assign(Parameters.normal(DataType.FLOAT, 1, "w3", 0.5, 1, 16));
        }
        return base.and(thought);
    }

    private static Evaluator evaluator(RunConfig config, Parameters parameters) {
        ThinkingModel model = ThinkingModel.of(
                config.model(),
                config.lastStage().thought(),
                parameters,
                new TokenRules(TOKENIZER.padId(), List.of(), List.of(TOKENIZER.padId())));
        return new Evaluator(
                model,
                config.evaluation(),
                config.lastStage().data().batchSize(),
                config.lastStage().data().sequenceLength(),
                config.seed());
    }

    private static TextBatches batches(RunConfig config) {
        return TextBatches.validation(config.lastStage().data(), TOKENIZER, config.seed(), DataListener.none());
    }

    private static DocumentCounter documents(RunConfig config) {
        return new DocumentCounter(TOKENIZER.eosId(), config.lastStage().data().sequenceLength(), false);
    }

    private static TokenScores score(RunConfig config, Parameters parameters) {
        try (Evaluator evaluator = evaluator(config, parameters);
                TextBatches batches = batches(config)) {
            return evaluator.score(batches, documents(config), tokens -> true);
        }
    }

    private static List<Float> base(TokenScores scores) {
        List<Float> numbers = new ArrayList<>();
        for (int i = 0; i < scores.size(); i++) {
            numbers.add(scores.base(i));
        }
        return numbers;
    }

    private static List<Float> mixed(TokenScores scores) {
        List<Float> numbers = new ArrayList<>();
        for (int i = 0; i < scores.size(); i++) {
            numbers.add(scores.mixed(i));
        }
        return numbers;
    }

    private static void assertClose(List<Float> found, List<Float> expected, double tolerance) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i).doubleValue()).as("token %d", i).isCloseTo(expected.get(i), within(tolerance));
        }
    }

    /** Thoughts of another content change what is predicted with them and nothing else; each content is repeatable. */
    @Test
    void otherContentsOfThoughts() {
        Parameters parameters = parameters(config(), true);
        TokenScores own = score(config(), parameters);
        List<List<Float>> found = new ArrayList<>(List.of(mixed(own)));
        for (String content : List.of("shuffled", "random", "pause", "blind")) {
            String set = "evaluation.thoughtContent=" + content;
            TokenScores scores = score(config(set), parameters);
            assertClose(base(scores), base(own), 1e-6);
            assertThat(mixed(scores)).as(content).isNotIn(found);
            assertClose(mixed(score(config(set, "data.batchSize=3"), parameters)), mixed(scores), 1e-5);
            found.add(mixed(scores));
        }
    }

    /** The NLL of every label as the plain language model gives it, sequence after sequence. */
    private static List<Float> languageModel(RunConfig config, Parameters parameters) {
        int b = config.lastStage().data().batchSize();
        int l = config.lastStage().data().sequenceLength();
        var graph = new LanguageModelGraph(config.model(), b, l, parameters);
        Map<String, INDArray> inputs = new LinkedHashMap<>();
        inputs.put(LanguageModelGraph.IDS, Nd4j.zeros(DataType.INT32, (long) b * l));
        inputs.put(LanguageModelGraph.LABELS, Nd4j.zeros(DataType.INT32, (long) b * l));
        List<Float> nlls = new ArrayList<>();
        try (StaticPlan plan = StaticPlan.compile(graph.graph(), inputs, List.of(LanguageModelGraph.NLL));
                TextBatches batches = batches(config)) {
            while (batches.hasNext()) {
                TokenBatch batch = batches.next();
                for (int r = 0; r < b * l; r++) {
                    inputs.get(LanguageModelGraph.IDS).putScalar(r, batch.ids()[r]);
                    inputs.get(LanguageModelGraph.LABELS).putScalar(r, r + 1 < b * l ? batch.ids()[r + 1] : 0);
                }
                plan.run();
                for (int r = 0; r < b * l; r++) {
                    if (r % l + 1 < batch.lengths()[r / l]) {
                        nlls.add(plan.output(LanguageModelGraph.NLL).getFloat(r));
                    }
                }
            }
        }
        return nlls;
    }

    @Test
    void baseScoresAreTheLanguageModels() {
        RunConfig config = config();
        Parameters parameters = parameters(config, true);
        TokenScores scores = score(config, parameters);
        List<Float> expected = languageModel(config, parameters);
        assertThat(expected).hasSizeGreaterThan(50);
        assertClose(base(scores), expected, 1e-5);
    }

    @Test
    void aNewMixerChangesNothingAndATrainedOneDoes() {
        RunConfig config = config();
        TokenScores fresh = score(config, parameters(config, false));
        assertThat(mixed(fresh)).isEqualTo(base(fresh));
        TokenScores trained = score(config, parameters(config, true));
        assertThat(base(trained)).isEqualTo(base(fresh));
        assertThat(mixed(trained)).isNotEqualTo(base(trained));
    }

    /** Seven windows: with batches of two and of three the last has rows of padding only. */
    @Test
    void theBatchSizeDoesNotChangeTheScores() {
        Parameters parameters = parameters(config(), true);
        TokenScores one = score(config("data.batchSize=1"), parameters);
        for (int batchSize : new int[] {2, 3, 7}) {
            TokenScores scores = score(config("data.batchSize=" + batchSize), parameters);
            assertClose(base(scores), base(one), 1e-5);
            assertClose(mixed(scores), mixed(one), 1e-5);
            assertThat(scores.textBytes()).isEqualTo(one.textBytes());
            for (int i = 0; i < one.size(); i++) {
                assertThat(scores.document(i)).isEqualTo(one.document(i));
            }
        }
    }

    /** Thoughts are drawn by the sequence, not by what stands beside it. */
    @Test
    void theBatchSizeDoesNotChangeThoughtsThatAreDrawn() {
        Parameters parameters = parameters(config(), true);
        String[] drawn = {"evaluation.thoughtTemperature=1", "evaluation.thoughtSamples=2", "data.batchSize=1"};
        TokenScores one = score(config(drawn), parameters);
        drawn[2] = "data.batchSize=3";
        TokenScores three = score(config(drawn), parameters);
        assertClose(mixed(three), mixed(one), 1e-5);
        assertThat(one.drawMeans()).hasSize(2);
        assertThat(one.drawMeans()[0]).isNotEqualTo(one.drawMeans()[1]);
        drawn[1] = "evaluation.thoughtSamples=1";
        assertThat(mixed(score(config(drawn), parameters))).isNotEqualTo(mixed(one));
    }

    /** A model that has not learned to think is scored as it is: with a sigmoid mixer idle thoughts would change it. */
    @Test
    void aModelWithoutThoughtsDoesNotThink() {
        RunConfig config = config("thought.mixer=sigmoid");
        Parameters base = DecoderParameters.random(config.model(), DataType.FLOAT, 1);
        var model = new ThinkingModel(
                config.model(),
                base,
                Optional.empty(),
                config.lastStage().thought(),
                new TokenRules(TOKENIZER.padId(), List.of(), List.of(TOKENIZER.padId())));
        try (var evaluator = new Evaluator(
                        model,
                        config.evaluation(),
                        config.lastStage().data().batchSize(),
                        config.lastStage().data().sequenceLength(),
                        config.seed());
                TextBatches batches = batches(config)) {
            TokenScores scores = evaluator.score(batches, documents(config), tokens -> true);
            assertThat(mixed(scores)).isEqualTo(base(scores));
            assertClose(base(scores), languageModel(config, base), 1e-5);
            // Of the third document's 13 tokens the last, its end, would be a window of its own, and is left out.
            assertThat(scores.document(scores.size() - 1)).isEqualTo(3);
            for (int i = 0; i < scores.size(); i++) {
                assertThat(scores.entropy(i)).isBetween(4f, (float) Math.log(259));
            }
        }
    }

    /** A corpus in order: the first half of its documents is easy. What is scored of it is not its beginning. */
    @Test
    void ofALongTextTheDocumentsAreTakenByWhatTheyAre() throws Exception {
        var lines = new StringBuilder();
        for (int i = 0; i < 2000; i++) {
            lines.append("{\"text\": \"")
                    .append(i < 1000 ? "a" : "b")
                    .append(" document ")
                    .append(i)
                    .append("\"}\n");
        }
        Path ordered = Files.writeString(folder.resolve("ordered.jsonl"), lines);
        RunConfig config = config("data.validation=" + ordered, "evaluation.maxTokens=600");
        Parameters parameters = parameters(config, true);
        try (Evaluator evaluator = evaluator(config, parameters)) {
            TokenScores scores = evaluator.scoreHeldOut(
                    config.lastStage().data(), HeldOutShare.ALL, TOKENIZER, DataListener.none(), tokens -> true);
            assertThat(scores.size()).isEqualTo(600);
            TokenScores again = evaluator.scoreHeldOut(
                    config.lastStage().data(), HeldOutShare.ALL, TOKENIZER, DataListener.none(), tokens -> true);
            assertThat(base(again)).isEqualTo(base(scores));
            TokenScores whole = score(config, parameters);
            assertThat(base(scores)).isNotEqualTo(base(whole));
        }
    }

    @Test
    void everyTokenButTheFirstOfEachWindowIsScoredOnce() {
        RunConfig config = config();
        int labels = 0;
        try (TextBatches batches = batches(config)) {
            while (batches.hasNext()) {
                for (int length : batches.next().lengths()) {
                    labels += Math.max(0, length - 1);
                }
            }
        }
        assertThat(score(config, parameters(config, true)).size()).isEqualTo(labels);
    }

    @Test
    void scoringEndsAtMaxTokensWhateverTheBatchSize() {
        RunConfig all = config();
        Parameters parameters = parameters(all, true);
        TokenScores whole = score(all, parameters);
        for (int batchSize : new int[] {1, 2, 7}) {
            TokenScores part = score(config("evaluation.maxTokens=25", "data.batchSize=" + batchSize), parameters);
            assertClose(base(part), base(whole).subList(0, 25), 1e-5);
            assertThat(part.textBytes()).isBetween(22.0, 25.0);
        }
    }

    @Test
    void evaluationLeavesTheModelAsItIs() {
        RunConfig config = config();
        Parameters parameters = parameters(config, true);
        Map<String, float[]> before = new LinkedHashMap<>();
        parameters
                .asMap()
                .forEach((name, array) -> before.put(name, array.data().asFloat()));
        score(config, parameters);
        parameters
                .asMap()
                .forEach((name, array) ->
                        assertThat(array.data().asFloat()).as(name).isEqualTo(before.get(name)));
    }

    /** One evaluator serves the whole training: it sees parameters that changed in place. */
    @Test
    void anEvaluatorFollowsItsParameters() {
        RunConfig config = config();
        Parameters parameters = parameters(config, true);
        try (Evaluator evaluator = evaluator(config, parameters)) {
            TokenScores first;
            try (TextBatches batches = batches(config)) {
                first = evaluator.score(batches, documents(config), tokens -> true);
            }
            parameters.get(DecoderParameters.FINAL_NORM).muli(2);
            try (TextBatches batches = batches(config)) {
                TokenScores second = evaluator.score(batches, documents(config), tokens -> true);
                assertThat(base(second))
                        .isEqualTo(base(score(config, parameters)))
                        .isNotEqualTo(base(first));
                assertThat(mixed(second)).isEqualTo(mixed(score(config, parameters)));
            }
        }
    }

    @Test
    void sampledThoughtsAreRepeatable() {
        RunConfig config = config("evaluation.thoughtTemperature=1");
        Parameters parameters = parameters(config, true);
        assertThat(mixed(score(config, parameters))).isEqualTo(mixed(score(config, parameters)));
        assertThat(mixed(score(config("evaluation.thoughtTemperature=1", "seed=43"), parameters)))
                .isNotEqualTo(mixed(score(config, parameters)));
    }

    @Test
    void whatDoesNotFitIntoMemoryIsRefusedBeforeItIsAllocated() {
        RunConfig config = config();
        Parameters base = DecoderParameters.random(config.model(), DataType.FLOAT, 1);
        try (var plain = ThinkingModel.of(
                        config.model(), config.lastStage().thought(), base, TokenRules.never(List.of()));
                var thinking = ThinkingModel.of(
                        config.model(),
                        config.lastStage().thought(),
                        parameters(config, false),
                        TokenRules.never(List.of()))) {
            for (ThinkingModel model : List.of(plain, thinking)) {
                assertThatThrownBy(() -> new Evaluator(model, config.evaluation(), 20_000_000, 12, 1))
                        .isInstanceOf(QuietStarException.class)
                        .hasMessageContainingAll(
                                "20000000 sequences of 12 tokens",
                                "buffers, logits 231.",
                                "may take",
                                "data.batchSize");
            }
        }
    }

    @Test
    void aModelThatHasDivergedIsNamed() {
        RunConfig config = config();
        Parameters parameters = parameters(config, true);
        parameters.get(DecoderParameters.FINAL_NORM).putScalar(0, Float.NaN);
        assertThatThrownBy(() -> score(config, parameters))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("NaN");
    }
}
