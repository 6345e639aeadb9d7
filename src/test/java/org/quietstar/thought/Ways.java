package org.quietstar.thought;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.model.AttentionPattern;
import org.quietstar.model.Decoder;
import org.quietstar.model.HeadShape;
import org.quietstar.model.Masks;
import org.quietstar.model.Parameters;
import org.quietstar.model.TextAttention;

/**
 * The four ways of spec section 2. What each token is, where it stands and what it sees is written out here anew, token
 * by token, from the specification.
 */
final class Ways {
    private final TinyModel tiny;
    private final ThoughtSizes sizes;
    private final int[] text;
    private final int[] thoughts;

    /**
     * @param text [B·L]
     * @param thoughts [T·B·P·L]
     */
    Ways(TinyModel tiny, int[] text, int[] thoughts) {
        this.tiny = tiny;
        this.sizes = tiny.sizes();
        this.text = text;
        this.thoughts = thoughts;
    }

    private static final int START = -1;
    private static final int END = -2;

    /** What stands at step {@code a} of a block: a token id, START or END. */
    private int token(int b, int n, int p, int a) {
        int l = sizes.length();
        int t = sizes.thoughtTokens();
        if (a == 0) {
            return text[b * l + p];
        }
        if (a == 1) {
            return START;
        }
        if (a <= t + 1) {
            return thoughts[(a - 2) * sizes.stepRows() + (b * sizes.thoughts() + n) * l + p];
        }
        if (a == t + 2) {
            return END;
        }
        int ahead = p + a - t - 2;
        return ahead < l ? text[b * l + ahead] : TinyModel.PAD;
    }

    /** Embeddings of tokens of which some are START or END. */
    private SDVariable embed(SameDiff sd, Decoder decoder, int[] tokens) {
        int[] ids = new int[tokens.length];
        double[][] factors = new double[3][tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            ids[i] = Math.max(0, tokens[i]);
            boolean marker = tokens[i] < 0;
            factors[tokens[i] == START ? 1 : tokens[i] == END ? 2 : 0][i] =
                    marker ? tiny.thought().embeddingScale() : 1;
        }
        SDVariable sum = decoder.embed(sd.constant(Nd4j.createFromArray(ids))).mul(column(sd, factors[0]));
        sum = sum.add(column(sd, factors[1])
                .mul(sd.reshape(
                        decoder.parameter(ThoughtParameters.START),
                        1,
                        tiny.model().hiddenSize())));
        return sum.add(column(sd, factors[2])
                .mul(sd.reshape(
                        decoder.parameter(ThoughtParameters.END),
                        1,
                        tiny.model().hiddenSize())));
    }

    private static SDVariable column(SameDiff sd, double[] numbers) {
        return sd.constant(Nd4j.createFromArray(numbers).reshape(numbers.length, 1));
    }

    private Decoder decoder(SameDiff sd) {
        return new Decoder(sd, tiny.model(), tiny.parameters(), sizes.maxPosition());
    }

    private interface Sees {
        boolean test(int row, int column);
    }

    private static SDVariable mask(SameDiff sd, int rows, int columns, Sees sees, long... shape) {
        double[] mask = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                mask[i * columns + j] = sees.test(i, j) ? 0 : Masks.HIDDEN;
            }
        }
        return sd.constant(Nd4j.createFromArray(mask).reshape(shape));
    }

    private boolean inWindow(int position, int keyPosition) {
        int window = tiny.model().slidingWindow();
        return window <= 0 || position - keyPosition < window;
    }

    private SDVariable positions(SameDiff sd, int[] positions) {
        return sd.constant(Nd4j.createFromArray(positions));
    }

    /** Way 4, the product's own learning graph. */
    Way blockStructured() {
        QuietStarGraph graph = tiny.graph();
        int[] rows = new int[sizes.rows()];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i;
        }
        List<SDVariable> states = tiny.stateNames().stream()
                .map(name -> graph.graph().getVariable(name))
                .toList();
        var way = new Way(tiny);
        way.add(
                graph.graph(),
                List.of(new Way.Part(states, rows)),
                tiny.batch(text, tiny.fullLengths(), thoughts).inputs());
        return way;
    }

    /** Way 1: for every position and thought an ordinary causal sequence x[0..p] START t… END x[p+1]…. */
    Way naive() {
        var way = new Way(tiny);
        for (int p = 0; p < sizes.length(); p++) {
            int length = p + 1 + sizes.steps();
            int sequences = sizes.batch() * sizes.thoughts();
            int[] rows = new int[sequences * length];
            int[] tokens = new int[rows.length];
            for (int i = 0; i < rows.length; i++) {
                int b = i / length / sizes.thoughts();
                int n = i / length % sizes.thoughts();
                int place = i % length;
                int position = Math.min(place, p);
                rows[i] = tiny.row(b, n, position, place - position);
                tokens[i] = token(b, n, position, place - position);
            }
            SameDiff sd = SameDiff.create();
            Decoder decoder = decoder(sd);
            SDVariable mask = mask(sd, length, length, (i, j) -> j <= i && inWindow(i, j), 1, length, length);
            int[] positions = TextAttention.consecutivePositions(sequences, length);
            var attention = new TextAttention(
                    sd, HeadShape.of(tiny.model()), sequences, length, mask, positions(sd, positions));
            Decoder.Hidden hidden = decoder.layers(embed(sd, decoder, tokens), attention);
            way.add(sd, List.of(Way.Part.of(hidden, rows)), Map.of());
        }
        return way;
    }

    /** Way 3: for every sequence and thought number one pass over text and all block tokens with an (L + S·L)² mask. */
    Way flattened() {
        int l = sizes.length();
        int length = l + sizes.steps() * l;
        int sequences = sizes.batch() * sizes.thoughts();
        int[] rows = new int[sequences * length];
        int[] tokens = new int[rows.length];
        int[] positions = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            int b = i / length / sizes.thoughts();
            int n = i / length % sizes.thoughts();
            int p = i % l;
            int a = i % length / l;
            rows[i] = tiny.row(b, n, p, a);
            tokens[i] = token(b, n, p, a);
            positions[i] = p + a;
        }
        SameDiff sd = SameDiff.create();
        Decoder decoder = decoder(sd);
        Sees sees = (i, j) -> {
            boolean text = j / l == 0 && j % l <= i % l;
            boolean own = j / l > 0 && i % l == j % l && j / l <= i / l;
            return (text || own) && inWindow(i % l + i / l, j % l + j / l);
        };
        SDVariable mask = mask(sd, length, length, sees, 1, length, length);
        var attention =
                new TextAttention(sd, HeadShape.of(tiny.model()), sequences, length, mask, positions(sd, positions));
        Decoder.Hidden hidden = decoder.layers(embed(sd, decoder, tokens), attention);
        var way = new Way(tiny);
        way.add(sd, List.of(Way.Part.of(hidden, rows)), Map.of());
        return way;
    }

    /** Way 2: text, then one pass for each step of all blocks, with the keys of the passes before it, not detached. */
    Way sequential() {
        SameDiff sd = SameDiff.create();
        Decoder decoder = decoder(sd);
        HeadShape heads = HeadShape.of(tiny.model());
        int l = sizes.length();
        List<Way.Part> parts = new ArrayList<>();
        SDVariable mask = mask(sd, l, l, (i, j) -> j <= i && inWindow(i, j), 1, l, l);
        int[] textPositions = TextAttention.consecutivePositions(sizes.batch(), l);
        var textAttention = new TextAttention(sd, heads, sizes.batch(), l, mask, positions(sd, textPositions));
        parts.add(Way.Part.of(decoder.layers(embed(sd, decoder, text), textAttention), slab(0, new int[0])));
        var steps = new Steps(sd, textAttention);
        for (int a = 1; a <= sizes.steps(); a++) {
            int[] tokens = new int[sizes.stepRows()];
            int[] rows = slab(a, tokens);
            parts.add(Way.Part.of(decoder.layers(embed(sd, decoder, tokens), steps.next(a)), rows));
        }
        var way = new Way(tiny);
        way.add(sd, parts, Map.of());
        return way;
    }

    /** Learning rows of step a, in [B, P, L] order, and the tokens there. */
    private int[] slab(int a, int[] tokens) {
        int[] rows = new int[a == 0 ? sizes.textRows() : sizes.stepRows()];
        int thoughtCount = a == 0 ? 1 : sizes.thoughts();
        for (int i = 0; i < rows.length; i++) {
            int p = i % sizes.length();
            int n = i / sizes.length() % thoughtCount;
            int b = i / sizes.length() / thoughtCount;
            rows[i] = tiny.row(b, n, p, a);
            if (tokens.length > 0) {
                tokens[i] = token(b, n, p, a);
            }
        }
        return rows;
    }

    private final class Steps {
        private final SameDiff sd;
        private final TextAttention text;
        private final Map<Integer, List<SDVariable>> keys = new HashMap<>();
        private final Map<Integer, List<SDVariable>> values = new HashMap<>();

        Steps(SameDiff sd, TextAttention text) {
            this.sd = sd;
            this.text = text;
        }

        AttentionPattern next(int a) {
            int l = sizes.length();
            int wide = sizes.thoughts() * l;
            int[] positions = new int[sizes.stepRows()];
            for (int r = 0; r < positions.length; r++) {
                positions[r] = r % l + a;
            }
            SDVariable textMask = mask(sd, wide, l, (i, j) -> j <= i % l && inWindow(i % l + a, j), 1, 1, wide, l);
            SDVariable ownMask = mask(sd, 1, a, (i, j) -> inWindow(a, j + 1), 1, 1, a);
            SDVariable stepPositions = positions(sd, positions);
            var attention = new ThoughtBlockAttention(sd, HeadShape.of(tiny.model()), sizes, 1);
            return new AttentionPattern() {
                @Override
                public SDVariable positions() {
                    return stepPositions;
                }

                @Override
                public int rows() {
                    return sizes.stepRows();
                }

                @Override
                public SDVariable attend(int layer, SDVariable q, SDVariable k, SDVariable v) {
                    var view = new ThoughtBlockAttention.View(
                            text.keys(layer),
                            text.values(layer),
                            textMask,
                            all(keys, layer, k),
                            all(values, layer, v),
                            ownMask,
                            a);
                    return attention.attend(layer, q, view);
                }
            };
        }

        private SDVariable all(Map<Integer, List<SDVariable>> past, int layer, SDVariable current) {
            List<SDVariable> list = past.computeIfAbsent(layer, x -> new ArrayList<>());
            list.add(current);
            return list.size() == 1 ? current : sd.concat(0, list.toArray(SDVariable[]::new));
        }
    }

    /** Random factors of all logits of all rows. */
    double[][] cotangents() {
        return Parameters.normal(DataType.DOUBLE, 5, "cotangents", 1, sizes.rows(), TinyModel.VOCAB)
                .toDoubleMatrix();
    }
}
