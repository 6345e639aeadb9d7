package org.quietstar.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quietstar.QuietStarException;

/** Properties of the sampler on random logits. */
class SamplerTest {
    private static final int VOCAB = 40;
    private static final int DRAWS = 4000;
    private static final boolean[] NOTHING = new boolean[VOCAB];

    private static double[] logits(Random random) {
        return random.doubles(VOCAB, -3, 3).toArray();
    }

    private static double[] probabilities(double[] logits, double temperature) {
        double[] p = Arrays.stream(logits).map(x -> Math.exp(x / temperature)).toArray();
        double total = Arrays.stream(p).sum();
        return Arrays.stream(p).map(x -> x / total).toArray();
    }

    /** Ids, the most probable first. */
    private static List<Integer> ordered(double... p) {
        return IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer id) -> -p[id]))
                .toList();
    }

    /** How often each id is drawn with evenly spread numbers. */
    private static double[] shares(Sampling sampling, double[] logits, boolean[] banned, boolean... seen) {
        var sampler = new Sampler(sampling, banned);
        double[] shares = new double[VOCAB];
        for (int i = 0; i < DRAWS; i++) {
            shares[sampler.draw(logits, seen, (i + 0.5) / DRAWS)] += 1.0 / DRAWS;
        }
        return shares;
    }

    /** The shares must be p, renormalised over the kept ids. */
    private static void assertShares(double[] shares, double[] p, List<Integer> kept) {
        double total = kept.stream().mapToDouble(id -> p[id]).sum();
        for (int id = 0; id < VOCAB; id++) {
            double expected = kept.contains(id) ? p[id] / total : 0;
            assertThat(shares[id]).as("id %d", id).isCloseTo(expected, within(expected == 0 ? 0 : 2.0 / DRAWS));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void eachLimitKeepsWhatItSays(long seed) {
        var random = new Random(seed);
        double[] logits = logits(random);
        double temperature = 0.5 + random.nextDouble();
        double[] p = probabilities(logits, temperature);
        List<Integer> order = ordered(p);
        assertShares(shares(Sampling.atTemperature(temperature), logits, NOTHING, NOTHING), p, order);

        int k = 1 + random.nextInt(VOCAB);
        var topK = new Sampling(temperature, k, 1, 0, 1);
        assertShares(shares(topK, logits, NOTHING, NOTHING), p, order.subList(0, k));

        double mass = 0.2 + 0.7 * random.nextDouble();
        var topP = new Sampling(temperature, 0, mass, 0, 1);
        assertShares(shares(topP, logits, NOTHING, NOTHING), p, order.subList(0, fewest(p, order, mass)));

        double least = 0.5 * random.nextDouble();
        List<Integer> heavy =
                order.stream().filter(id -> p[id] >= least * p[order.get(0)]).toList();
        assertShares(shares(new Sampling(temperature, 0, 1, least, 1), logits, NOTHING, NOTHING), p, heavy);
        // All together: top-k first, top-p of what is left, then min-p.
        double ofK = order.subList(0, k).stream().mapToDouble(id -> p[id]).sum();
        int both = Math.min(k, fewest(p, order, mass * ofK));
        List<Integer> kept =
                order.subList(0, both).stream().filter(heavy::contains).toList();
        assertShares(shares(new Sampling(temperature, k, mass, least, 1), logits, NOTHING, NOTHING), p, kept);
    }

    private static int fewest(double[] p, List<Integer> order, double mass) {
        double sum = 0;
        for (int i = 0; i < order.size(); i++) {
            sum += p[order.get(i)];
            if (sum >= mass) {
                return i + 1;
            }
        }
        return order.size();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void bannedIdsAreNeverDrawn(long seed) {
        var random = new Random(seed);
        double[] logits = logits(random);
        boolean[] banned = new boolean[VOCAB];
        ordered(logits).subList(0, 10).forEach(id -> banned[id] = true);
        for (Sampling sampling : List.of(
                Sampling.PLAIN,
                Sampling.atTemperature(0),
                new Sampling(9, 30, 0.99, 0, 1),
                new Sampling(1, 0, 1, 0.1, 2))) {
            double[] shares = shares(sampling, logits, banned, banned);
            for (int id = 0; id < VOCAB; id++) {
                assertThat(banned[id] && shares[id] > 0).as("id %d", id).isFalse();
            }
        }
    }

    /** As of a model whose weights hold NaN, which one wants to look at all the same. */
    @Test
    void logitsThatAreNoNumbersDrawAnAllowedId() {
        boolean[] banned = {true, false, false, false};
        double[] logits = {Double.NaN, Double.NaN, Double.NaN, Double.NaN};
        for (Sampling sampling : List.of(
                Sampling.atTemperature(0),
                Sampling.atTemperature(1),
                new Sampling(1, 2, 1, 0, 1),
                new Sampling(1, 0, 0.5, 0, 1))) {
            var sampler = new Sampler(sampling, banned);
            for (double uniform : new double[] {0, 0.5, 0.999}) {
                assertThat(sampler.draw(logits, new boolean[4], uniform))
                        .as(sampling + "")
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void greedyTakesTheFirstOfTheLargest() {
        double[] logits = new double[VOCAB];
        logits[7] = 2;
        logits[9] = 2;
        var greedy = new Sampler(Sampling.atTemperature(0), NOTHING);
        assertThat(greedy.draw(logits, NOTHING, 0.99)).isEqualTo(7);
    }

    @Test
    void thePenaltyDividesPositiveLogitsAndMultipliesNegativeOnes() {
        double[] logits = logits(new Random(6));
        boolean[] seen = new boolean[VOCAB];
        double[] penalised = logits.clone();
        for (int id = 0; id < VOCAB; id += 2) {
            seen[id] = true;
            penalised[id] = logits[id] > 0 ? logits[id] / 1.7 : logits[id] * 1.7;
        }
        double[] p = probabilities(penalised, 0.9);
        assertShares(shares(new Sampling(0.9, 0, 1, 0, 1.7), logits, NOTHING, seen), p, ordered(p));
    }

    @Test
    void numbersAtTheEdgesDrawAnAllowedId() {
        double[] logits = logits(new Random(8));
        for (Sampling sampling : List.of(Sampling.PLAIN, new Sampling(1, 5, 0.9, 0.01, 1))) {
            var sampler = new Sampler(sampling, NOTHING);
            assertThat(sampler.draw(logits, NOTHING, 0)).isBetween(0, VOCAB - 1);
            assertThat(sampler.draw(logits, NOTHING, Math.nextDown(1.0))).isBetween(0, VOCAB - 1);
        }
    }

    @Test
    void whatIsNotAllowedIsNamed() {
        assertThatThrownBy(() -> new Sampling(-1, 0, 1, 0, 1))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("temperature is -1.0", "0 (greedy) or more");
        assertThatThrownBy(() -> new Sampling(1, 0, 0, 0, 1)).hasMessageContaining("top-p is 0.0");
        assertThatThrownBy(() -> new Sampling(1, -2, 1, 0, 1)).hasMessageContaining("top-k is -2");
        assertThatThrownBy(() -> new Sampling(1, 0, 1, 2, 1)).hasMessageContaining("min-p is 2.0");
        assertThatThrownBy(() -> new Sampling(1, 0, 1, 0, Double.NaN))
                .hasMessageContaining("repetition-penalty is NaN");
        assertThatThrownBy(() -> ThinkWhen.parse("entropy<2"))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("entropy<2", "entropy>X");
        assertThat(ThinkWhen.parse("entropy>1.5")).isEqualTo(new ThinkWhen.EntropyAbove(1.5));
    }

    @Test
    void entropyAndLogProbabilityAreOfTheAllowedIds() {
        double[] logits = new double[VOCAB];
        boolean[] banned = new boolean[VOCAB];
        Arrays.fill(banned, 4, VOCAB, true);
        logits[0] = Math.log(5);
        var distribution = new Distribution(logits, banned); // 5 : 1 : 1 : 1
        assertThat(distribution.logProbability(0)).isCloseTo(Math.log(5.0 / 8), within(1e-12));
        assertThat(distribution.logProbability(9)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(distribution.entropy())
                .isCloseTo(-5.0 / 8 * Math.log(5.0 / 8) - 3.0 / 8 * Math.log(1.0 / 8), within(1e-12));
    }
}
