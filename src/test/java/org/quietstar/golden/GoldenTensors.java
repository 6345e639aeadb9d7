package org.quietstar.golden;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import org.quietstar.golden.IndependentQuietStar.Block;

/** What {@link IndependentQuietStar} computed, as tensors by the names that a recording has. */
final class GoldenTensors {
    /** Numbers in the order of their rows; {@code whole} ones are ids. */
    record Tensor(boolean whole, double[] values, int... shape) {}

    private final IndependentQuietStar computed;
    private final GoldenOptions o;
    private final int rows;

    GoldenTensors(IndependentQuietStar computed, GoldenOptions options) {
        this.computed = computed;
        this.o = options;
        this.rows = o.batch() * o.thoughts();
    }

    /** The thoughts [T, B, N, L]. */
    Tensor drawn() {
        return perToken(true, (block, t) -> block.drawn[t]);
    }

    /** Everything between the inputs and the losses. */
    Map<String, Tensor> activations() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (int i = 0; i < o.layers() + 2; i++) {
            int at = i;
            String suffix = i > o.layers() ? ".final" : ".h" + i;
            all.put("text" + suffix, texts(o.dim(), states -> states.get(at)));
            for (int s = 0; s < o.slots(); s++) {
                int slot = s;
                all.put(
                        "slot" + s + suffix,
                        vectors(
                                o.length(),
                                o.dim(),
                                block -> block.states.get(slot).get(at)));
            }
        }
        all.put("text.logits", texts(o.vocab(), states -> computed.logits(states.get(o.layers() + 1))));
        for (int t = 0; t < o.tokens(); t++) {
            int token = t;
            all.put("slot" + t + ".logits", vectors(o.length(), o.vocab(), block -> block.thoughtLogits.get(token)));
        }
        for (int k = 0; k < o.ahead(); k++) {
            int label = k;
            int valid = o.length() - 1 - k;
            all.put("mixed" + k + ".logits", vectors(valid, o.vocab(), block -> block.mixedLogits.get(label)));
            double[] w = numbers(valid, block -> block.mixWeights.get(label).scalar());
            all.put("mixed" + k + ".w", new Tensor(false, w, rows, valid));
        }
        all.put("reward", ofThoughts(numbers(o.rewarded(), block -> block.reward)));
        all.put("adv", ofThoughts(numbers(o.rewarded(), block -> block.advantage)));
        all.put("act", perToken(false, (block, t) -> block.logPolicy.get(t).scalar()));
        return all;
    }

    private Tensor texts(int width, Function<List<Tape.Vec>, Tape.Vec> vector) {
        double[] values = computed.texts.stream()
                .flatMap(List::stream)
                .flatMapToDouble(states -> Arrays.stream(vector.apply(states).value))
                .toArray();
        return new Tensor(false, values, o.batch(), o.length(), width);
    }

    /** [B·N, positions, width], of the first positions of every row. */
    private Tensor vectors(int positions, int width, Function<Block, Tape.Vec> vector) {
        double[] values = computed.blocks.stream()
                .flatMap(row -> row.stream().limit(positions))
                .flatMapToDouble(block -> Arrays.stream(vector.apply(block).value))
                .toArray();
        return new Tensor(false, values, rows, positions, width);
    }

    private double[] numbers(int positions, ToDoubleFunction<Block> number) {
        return computed.blocks.stream()
                .flatMap(row -> row.stream().limit(positions))
                .mapToDouble(number)
                .toArray();
    }

    private Tensor ofThoughts(double... values) {
        return new Tensor(false, values, o.batch(), o.thoughts(), o.rewarded());
    }

    private Tensor perToken(boolean whole, ToDoubleBiFunction<Block, Integer> number) {
        double[] values = new double[o.tokens() * rows * o.length()];
        for (int t = 0; t < o.tokens(); t++) {
            int token = t;
            double[] of = numbers(o.length(), block -> number.applyAsDouble(block, token));
            System.arraycopy(of, 0, values, t * of.length, of.length);
        }
        return new Tensor(whole, values, o.tokens(), o.batch(), o.thoughts(), o.length());
    }
}
