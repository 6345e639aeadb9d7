package org.quietstar.thought;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ThoughtConfig.Mixer;
import org.quietstar.samediff.plan.StaticPlan;

/** docs/algorithm.md, section 3. */
class RolloutTest {
    private static final ThoughtLayout LAYOUT = new ThoughtLayout(2, 5, 2, 3, 2);
    private static final NoiseSource NONE = (token, noise) -> {
        throw new AssertionError("asked for noise");
    };

    /** What is sampled, and the mean entropy. */
    private record Sampled(int[] tokens, double entropy) {}

    private static Sampled sample(TinyModel tiny, ThoughtSampler sampler, int[] text, NoiseSource noise, int[] given) {
        INDArray sampled = Nd4j.createFromArray(given);
        try (var rollout = new Rollout(tiny.thinking(), tiny.layout(), sampler)) {
            rollout.sample(Nd4j.createFromArray(text), noise, sampled);
            return new Sampled(
                    sampled.toIntVector(),
                    Arrays.stream(rollout.entropies()).average().orElseThrow());
        }
    }

    private static Sampled sample(TinyModel tiny, ThoughtSampler sampler, int[] text, NoiseSource noise) {
        return sample(
                tiny,
                sampler,
                text,
                noise,
                new int[tiny.layout().thoughtTokens() * tiny.layout().slotRows()]);
    }

    /** The learning graph's logits [T·B·P·L, V] with these thoughts, banned ones at −∞. */
    private static double[][] learningLogits(TinyModel tiny, int[] text, int[] thoughts) {
        ReferenceObjective graph = tiny.graph();
        LearningInputs batch = tiny.batch(text, tiny.fullLengths(), thoughts);
        try (var plan = StaticPlan.compile(graph.graph(), batch.inputs(), List.of(ReferenceObjective.THOUGHT_LOGITS))) {
            plan.run();
            double[][] logits = plan.output(ReferenceObjective.THOUGHT_LOGITS).toDoubleMatrix();
            for (double[] row : logits) {
                tiny.bannedIds().forEach(id -> row[id] = Double.NEGATIVE_INFINITY);
            }
            return logits;
        }
    }

    private static int argmax(double[] x) {
        int best = 0;
        for (int i = 1; i < x.length; i++) {
            best = x[i] > x[best] ? i : best;
        }
        return best;
    }

    @Test
    void greedyTakesTheLikeliestAllowedToken() {
        TinyModel tiny = TinyModel.of(false, 0, LAYOUT);
        assertThat(ThoughtSampler.atTemperature(0)).isEqualTo(new ThoughtSampler.Greedy());
        Sampled sampled = sample(tiny, new ThoughtSampler.Greedy(), tiny.text(1), NONE);
        double[][] logits = learningLogits(tiny, tiny.text(1), sampled.tokens);
        assertThat(sampled.tokens)
                .containsExactly(
                        Arrays.stream(logits).mapToInt(RolloutTest::argmax).toArray());
    }

    @ParameterizedTest
    @CsvSource({"1.0, 0", "0.6, 3"})
    void givenNoiseIsAddedToTheLogits(double temperature, int window) {
        TinyModel tiny = TinyModel.of(true, window, LAYOUT);
        double[][] noise = new double[LAYOUT.thoughtTokens() * LAYOUT.slotRows()][TinyModel.VOCAB];
        var random = new Random(3);
        for (double[] row : noise) {
            Arrays.setAll(row, i -> -Math.log(-Math.log(random.nextDouble())));
        }
        List<Integer> asked = new ArrayList<>();
        Sampled sampled = sample(tiny, new ThoughtSampler.GivenNoise(temperature), tiny.text(1), (token, array) -> {
            asked.add(token);
            array.assign(Nd4j.createFromArray(
                    Arrays.copyOfRange(noise, token * LAYOUT.slotRows(), (token + 1) * LAYOUT.slotRows())));
        });
        assertThat(asked).containsExactly(0, 1, 2);
        double[][] logits = learningLogits(tiny, tiny.text(1), sampled.tokens);
        for (int i = 0; i < logits.length; i++) {
            double[] score = new double[TinyModel.VOCAB];
            for (int v = 0; v < score.length; v++) {
                score[v] = logits[i][v] / temperature + noise[i][v];
            }
            assertThat(sampled.tokens[i]).as("token %d", i).isEqualTo(argmax(score));
        }
    }

    @Test
    void givenTokensStayAndTheirEntropyIsThatOfTheirDistributions() {
        TinyModel tiny = TinyModel.of(false, 0, LAYOUT);
        int[] given = tiny.thoughts(2);
        Sampled sampled = sample(tiny, new ThoughtSampler.GivenTokens(), tiny.text(1), NONE, given);
        assertThat(sampled.tokens).containsExactly(given);
        double entropy = Arrays.stream(learningLogits(tiny, tiny.text(1), given))
                .map(row -> probabilities(row, 1))
                .mapToDouble(p ->
                        -Arrays.stream(p).map(x -> x > 0 ? x * Math.log(x) : 0).sum())
                .average()
                .orElseThrow();
        assertThat(sampled.entropy).isCloseTo(entropy, offset(1e-12));
    }

    private static double[] probabilities(double[] logits, double temperature) {
        double[] p = Arrays.stream(logits).map(x -> Math.exp(x / temperature)).toArray();
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(x -> x / sum).toArray();
    }

    /** Many thoughts of one token at the two positions of one text, so that two distributions are sampled from often. */
    @ParameterizedTest
    @ValueSource(doubles = {1.0, 0.7, 2.5})
    void categoricalSamplesFollowTheDistribution(double temperature) {
        int copies = 2000;
        TinyModel many = TinyModel.of(false, 0, new ThoughtLayout(1, 2, copies, 1, 1));
        TinyModel one = TinyModel.of(false, 0, new ThoughtLayout(1, 2, 1, 1, 1));
        double[][] logits = learningLogits(one, one.text(1), one.thoughts(2));
        double[] uniform = new Random(17).doubles(2L * copies).toArray();
        Sampled sampled = sample(many, ThoughtSampler.atTemperature(temperature), many.text(1), uniform(uniform));
        for (int p = 0; p < 2; p++) {
            double[] probabilities = probabilities(logits[p], temperature);
            int[] counts = new int[TinyModel.VOCAB];
            for (int n = 0; n < copies; n++) {
                int token = sampled.tokens[n * 2 + p];
                counts[token]++;
                assertThat(token).isEqualTo(inverse(probabilities, uniform[n * 2 + p]));
            }
            assertThat(counts[TinyModel.BANNED]).isZero();
            double chiSquare = 0;
            for (int v = 0; v < counts.length; v++) {
                double expected = probabilities[v] * copies;
                chiSquare += expected > 0 ? (counts[v] - expected) * (counts[v] - expected) / expected : 0;
            }
            // Nine degrees of freedom: above 27.9 once in a thousand.
            assertThat(chiSquare).isLessThan(27.9);
        }
    }

    private static NoiseSource uniform(double[] numbers) {
        return (token, noise) -> noise.assign(
                Nd4j.createFromArray(numbers).reshape(numbers.length, 1).castTo(noise.dataType()));
    }

    private static int inverse(double[] probabilities, double u) {
        double sum = 0;
        for (int v = 0; v < probabilities.length; v++) {
            sum += probabilities[v];
            if (sum > u) {
                return v;
            }
        }
        throw new AssertionError(u);
    }

    @ParameterizedTest
    @CsvSource({"DOUBLE, 1", "FLOAT, 1", "FLOAT, 0.01", "DOUBLE, 1e-6", "DOUBLE, 1e6"})
    void theEndsOfTheUnitIntervalDrawAllowedTokens(String type, double temperature) {
        TinyModel model = TinyModel.of(false, 0, LAYOUT, Mixer.LINEAR, LossOptions.DEFAULT, DataType.valueOf(type));
        var tiny = new TinyModel(
                model.model(), model.thought(), model.loss(), LAYOUT, List.of(0, 1, 5, 10), model.parameters());
        for (double u : new double[] {0, Double.MIN_VALUE, 0.5, 1 - 0x1p-24, 1 - 0x1p-53}) {
            double[] noise = new double[LAYOUT.slotRows()];
            Arrays.fill(noise, u);
            Sampled sampled = sample(tiny, ThoughtSampler.categorical(temperature), tiny.text(1), uniform(noise));
            assertThat(List.of(2, 3, 4, 6, 7, 8, 9))
                    .containsAll(Arrays.stream(sampled.tokens).boxed().toList());
            if (temperature >= 1 && u < 1e-9) {
                assertThat(sampled.tokens).containsOnly(2);
            }
            if (temperature >= 1 && u == 1 - 0x1p-53) {
                assertThat(sampled.tokens).containsOnly(9);
            }
        }
    }

    @Test
    void theSameNoiseGivesTheSameThoughtsAndParametersAreReadAtEveryDraw() {
        TinyModel tiny = TinyModel.of(false, 0, LAYOUT);
        ThoughtSampler sampler = ThoughtSampler.categorical(1);
        int[] first = sample(tiny, sampler, tiny.text(1), seeded(5)).tokens;
        assertThat(sample(tiny, sampler, tiny.text(1), seeded(5)).tokens).containsExactly(first);
        assertThat(sample(tiny, sampler, tiny.text(1), seeded(6)).tokens).isNotEqualTo(first);
        INDArray sampled = Nd4j.zeros(DataType.INT32, first.length);
        try (var rollout = new Rollout(tiny.thinking(), LAYOUT, sampler)) {
            INDArray text = Nd4j.createFromArray(tiny.text(1));
            rollout.sample(text, seeded(6), sampled);
            rollout.sample(text, seeded(5), sampled);
            assertThat(sampled.toIntVector()).containsExactly(first);
            tiny.parameters().get(ThoughtParameters.START).negi();
            rollout.sample(text, seeded(5), sampled);
            assertThat(sampled.toIntVector()).isNotEqualTo(first);
            assertThat(sampled.toIntVector()).containsExactly(sample(tiny, sampler, tiny.text(1), seeded(5)).tokens);
        }
    }

    private static NoiseSource seeded(long seed) {
        var random = new Random(seed);
        return (token, noise) -> noise.assign(
                Nd4j.createFromArray(random.doubles(noise.length()).toArray()).reshape(noise.shape()));
    }
}
