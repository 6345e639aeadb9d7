package org.quietstar.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Quiet-STaR written down a second time, as plainly as it can be said: every thought is one ordinary text from left to
 * right, {@code x[0..j] START z1..zT END x[j+1]..}, token by token, head by head, in plain Java and double precision. It
 * knows nothing of the program that is held against it, and has been held itself against numbers recorded by a PyTorch
 * program.
 */
public final class IndependentQuietStar {
    private static final double BANNED = -1e10;

    /** What happens to one thought: its block's states by slot and layer, and what it predicts. */
    static final class Block {
        final List<List<Tape.Vec>> states = new ArrayList<>();
        final List<Tape.Vec> thoughtLogits = new ArrayList<>();
        final int[] drawn;
        final List<Tape.Vec> logPolicy = new ArrayList<>();
        final List<Tape.Vec> mixWeights = new ArrayList<>();
        final List<Tape.Vec> mixedLogits = new ArrayList<>();
        final List<Tape.Vec> logLikelihoods = new ArrayList<>();
        /** Sum over the labels that exist. */
        double reward;
        /** 0 where a label or the reward is missing. */
        double advantage;

        Block(int tokens) {
            drawn = new int[tokens];
        }
    }

    /** The keys and values of a text so far; a further token sees them all. */
    private final class Text {
        final List<List<Tape.Vec>> keys = new ArrayList<>();
        final List<List<Tape.Vec>> values = new ArrayList<>();
        int position;

        Text() {
            for (int i = 0; i < o.layers(); i++) {
                keys.add(new ArrayList<>());
                values.add(new ArrayList<>());
            }
        }

        /** Hidden states of the next token: its embedding, what each layer leaves, and after the last norm. */
        List<Tape.Vec> push(Tape.Vec embedding) {
            List<Tape.Vec> states = new ArrayList<>(List.of(embedding));
            Tape.Vec x = embedding;
            for (int i = 0; i < o.layers(); i++) {
                String layer = "model.layers." + i + ".";
                Tape.Vec y = tape.rmsNorm(x, w(layer + "input_layernorm.weight"), o.eps());
                Tape.Vec q = turned(tape.times(w(layer + "self_attn.q_proj.weight"), y));
                keys.get(i).add(turned(tape.times(w(layer + "self_attn.k_proj.weight"), y)));
                values.get(i).add(tape.times(w(layer + "self_attn.v_proj.weight"), y));
                Tape.Vec attended = tape.attend(q, keys.get(i), values.get(i), o.headWidth());
                x = tape.sum(1, x, 1, tape.times(w(layer + "self_attn.o_proj.weight"), attended));
                y = tape.rmsNorm(x, w(layer + "post_attention_layernorm.weight"), o.eps());
                Tape.Vec gate = tape.silu(tape.times(w(layer + "mlp.gate_proj.weight"), y));
                Tape.Vec up = tape.times(w(layer + "mlp.up_proj.weight"), y);
                x = tape.sum(1, x, 1, tape.times(w(layer + "mlp.down_proj.weight"), tape.product(gate, up)));
                states.add(x);
            }
            states.add(tape.rmsNorm(x, w("model.norm.weight"), o.eps()));
            position++;
            return states;
        }

        private Tape.Vec turned(Tape.Vec x) {
            return tape.rotated(x, o.headWidth(), position, o.theta());
        }
    }

    private final GoldenOptions o;
    private final Tape tape = new Tape();
    private final Map<String, Tape.Vec> weights = new LinkedHashMap<>();
    private final int[] x;
    private final double[] gumbel;
    /** States of every text's tokens: its embedding, what each layer leaves, and after the last norm. */
    final List<List<List<Tape.Vec>>> texts = new ArrayList<>();
    /** Thoughts by row b·N + n and position. */
    final List<List<Block>> blocks = new ArrayList<>();

    private final Map<String, Tape.Vec> losses = new LinkedHashMap<>();

    /**
     * Computes everything.
     *
     * @param values of the parameters, by name
     * @param x text [B, L]
     * @param gumbel noise [T, B, N, L, V]
     */
    public IndependentQuietStar(GoldenOptions options, Map<String, double[]> values, int[] x, double[] gumbel) {
        this.o = options;
        this.x = x.clone();
        this.gumbel = gumbel.clone();
        values.forEach((name, value) -> weights.put(name, tape.leaf(value.clone())));
        for (int b = 0; b < o.batch(); b++) {
            var text = new Text();
            List<List<Tape.Vec>> states = new ArrayList<>();
            for (int j = 0; j < o.length(); j++) {
                states.add(text.push(embedded(token(b, j))));
            }
            texts.add(states);
        }
        for (int b = 0; b < o.batch(); b++) {
            for (int n = 0; n < o.thoughts(); n++) {
                List<Block> row = new ArrayList<>();
                for (int j = 0; j < o.length(); j++) {
                    row.add(think(b, n, j));
                }
                blocks.add(row);
            }
        }
        takeAdvantages();
        takeLosses();
    }

    private Tape.Vec w(String name) {
        return weights.get(name);
    }

    /** Token j of text b, and the padding behind its end. */
    private int token(int b, int j) {
        return j < o.length() ? x[b * o.length() + j] : o.pad();
    }

    private Tape.Vec embedded(int id) {
        return tape.row(w("model.embed_tokens.weight"), id, o.dim());
    }

    Tape.Vec logits(Tape.Vec hidden) {
        return tape.times(w(o.tied() ? "model.embed_tokens.weight" : "lm_head.weight"), hidden);
    }

    private Tape.Vec base(int b, int j) {
        return last(texts.get(b).get(j));
    }

    private static Tape.Vec last(List<Tape.Vec> states) {
        return states.get(states.size() - 1);
    }

    /** One text: the prefix up to j, START, a thought, END, and what truly comes. */
    private Block think(int b, int n, int j) {
        var block = new Block(o.tokens());
        var text = new Text();
        for (int i = 0; i <= j; i++) {
            text.push(embedded(token(b, i)));
        }
        Tape.Vec next = tape.scaled(o.thinkScale(), w("start_embedding"));
        for (int t = 0; t < o.tokens(); t++) {
            block.states.add(text.push(next));
            Tape.Vec all = logits(last(block.states.get(t)));
            Tape.Vec logits = tape.sum(1, tape.product(all, allowed(0, 1)), 1, allowed(BANNED, 0));
            block.thoughtLogits.add(logits);
            block.drawn[t] = largest(logits.value, ((t * o.batch() + b) * o.thoughts() + n) * o.length() + j);
            block.logPolicy.add(tape.logSoftmax(tape.scaled(1 / o.reinforceTemperature(), logits), block.drawn[t]));
            next = embedded(block.drawn[t]);
        }
        block.states.add(text.push(next));
        next = tape.scaled(o.thinkScale(), w("end_embedding"));
        for (int k = 0; k < o.ahead(); k++) {
            List<Tape.Vec> states = text.push(next);
            block.states.add(states);
            if (j + 1 + k < o.length()) {
                predict(block, b, j + k, last(states));
            }
            next = embedded(token(b, j + 1 + k));
        }
        return block;
    }

    /** A constant: one number for banned ids, another for all else. */
    private Tape.Vec allowed(double banned, double other) {
        double[] values = new double[o.vocab()];
        Arrays.setAll(values, id -> o.banned().contains(id) ? banned : other);
        return tape.leaf(values);
    }

    /** Gumbel's trick: the largest of logits / temperature + noise is a sample of the softmax. */
    private int largest(double[] logits, int row) {
        int best = 0;
        double most = Double.NEGATIVE_INFINITY;
        for (int v = 0; v < o.vocab(); v++) {
            double value = logits[v] / o.sampleTemperature() + gumbel[row * o.vocab() + v];
            if (value > most) {
                most = value;
                best = v;
            }
        }
        return best;
    }

    /** The label behind {@code position}, by what the text and the thought make of it together. */
    private void predict(Block block, int b, int position, Tape.Vec thought) {
        int label = token(b, position + 1);
        Tape.Vec base = base(b, position);
        Tape.Vec u = tape.joined(base, thought);
        u = tape.relu(tape.sum(1, tape.times(w("talk_head.0.weight"), u), 1, w("talk_head.0.bias")));
        u = tape.relu(tape.sum(1, tape.times(w("talk_head.2.weight"), u), 1, w("talk_head.2.bias")));
        Tape.Vec weight = tape.times(w("talk_head.4.weight"), u);
        if (o.squashed()) {
            weight = tape.sigmoid(weight);
        }
        Tape.Vec difference = tape.sum(1, thought, -1, base);
        Tape.Vec mixed = logits(tape.sum(1, base, 1, tape.product(difference, weight)));
        Tape.Vec likelihood = tape.logSoftmax(mixed, label);
        block.mixWeights.add(weight);
        block.mixedLogits.add(mixed);
        block.logLikelihoods.add(likelihood);
        Tape.Vec rewarded = o.unmixedReward() ? tape.logSoftmax(logits(thought), label) : likelihood;
        block.reward += rewarded.scalar() - tape.logSoftmax(logits(base), label).scalar();
    }

    private void takeAdvantages() {
        for (int b = 0; b < o.batch(); b++) {
            List<List<Block>> together = blocks.subList(b * o.thoughts(), (b + 1) * o.thoughts());
            for (int j = 0; j < o.rewarded(); j++) {
                double mean = 0;
                for (List<Block> row : together) {
                    mean += row.get(j).reward / o.thoughts();
                }
                for (List<Block> row : together) {
                    double advantage = row.get(j).reward - (o.thoughts() > 1 ? mean : 0);
                    row.get(j).advantage = o.positiveOnly() ? Math.max(advantage, 0) : advantage;
                }
            }
        }
    }

    private void takeLosses() {
        Tape.Vec base = tape.leaf(0);
        Tape.Vec policy = tape.leaf(0);
        Tape.Vec talk = tape.leaf(0);
        for (int b = 0; b < o.batch(); b++) {
            for (int j = 0; j < o.length() - 1; j++) {
                Tape.Vec likelihood = tape.logSoftmax(logits(base(b, j)), token(b, j + 1));
                base = tape.sum(1, base, -1.0 / (o.batch() * (o.length() - 1)), likelihood);
            }
        }
        double rows = blocks.size();
        for (List<Block> row : blocks) {
            for (Block block : row) {
                for (int k = 0; k < block.logLikelihoods.size(); k++) {
                    double share = 1 / (o.ahead() * rows * (o.length() - 1 - k));
                    talk = tape.sum(1, talk, -share, block.logLikelihoods.get(k));
                }
                double factor = -block.advantage / (o.tokens() * rows * o.rewarded());
                for (Tape.Vec chosen : block.logPolicy) {
                    policy = tape.sum(1, policy, factor, chosen);
                }
            }
        }
        Tape.Vec likelihoods = tape.sum(o.baseWeight(), base, o.thoughtWeight(), talk);
        losses.put("loss", tape.sum(1, likelihoods, o.policyWeight(), policy));
        losses.put("loss_base", base);
        losses.put("loss_talk", talk);
        losses.put("loss_policy", policy);
    }

    /** {@code loss} and its three parts. */
    public Map<String, Double> losses() {
        Map<String, Double> values = new LinkedHashMap<>();
        losses.forEach((name, loss) -> values.put(name, loss.scalar()));
        return values;
    }

    /** Derivatives of one of {@link #losses} with respect to each parameter. */
    Map<String, double[]> gradients(String loss) {
        tape.backward(losses.get(loss));
        Map<String, double[]> gradients = new LinkedHashMap<>();
        weights.forEach((name, weight) -> gradients.put(name, weight.gradient.clone()));
        return gradients;
    }
}
