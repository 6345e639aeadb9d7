package org.quietstar.thought;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.model.Decoder;
import org.quietstar.model.Parameters;
import org.quietstar.model.attention.AttentionPattern;
import org.quietstar.model.attention.HeadShape;
import org.quietstar.model.attention.Masks;
import org.quietstar.model.attention.TextAttention;

/**
 * The four computations of docs/algorithm.md, section 2. What each token is, where it stands and what it sees is written out here anew, token
 * by token, from the specification.
 */
final class FourComputations {
    private final TinyModel tiny;
    private final ThoughtLayout layout;
    private final int[] text;
    private final int[] thoughts;

    /**
     * @param text [B·L]
     * @param thoughts [T·B·P·L]
     */
    FourComputations(TinyModel tiny, int[] text, int[] thoughts) {
        this.tiny = tiny;
        this.layout = tiny.layout();
        this.text = text;
        this.thoughts = thoughts;
    }

    private static final int START = -1;
    private static final int END = -2;

    /** What stands at slot {@code a} of a block: a token id, START or END. */
    private int token(int b, int n, int p, int a) {
        int l = layout.length();
        int t = layout.thoughtTokens();
        if (a == 0) {
            return text[b * l + p];
        }
        if (a == 1) {
            return START;
        }
        if (a <= t + 1) {
            return thoughts[(a - 2) * layout.slotRows() + (b * layout.thoughts() + n) * l + p];
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
        return new Decoder(sd, tiny.model(), tiny.parameters(), layout.maxPosition());
    }

    private interface Sees {
        boolean test(int row, int column);
    }

    private static SDVariable mask(SameDiff sd, int rows, int columns, Sees sees, long... shape) {
        double[] mask = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                mask[i * columns + j] = sees.test(i, j) ? 0 : Masks.MASKED;
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

    /** BlockComputation 4, the product's own learning graph. */
    BlockComputation blockStructured() {
        ReferenceObjective graph = tiny.graph();
        int[] rows = new int[layout.rows()];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i;
        }
        List<SDVariable> states = tiny.stateNames().stream()
                .map(name -> graph.graph().getVariable(name))
                .toList();
        var way = new BlockComputation(tiny);
        way.add(
                graph.graph(),
                List.of(new BlockComputation.Part(states, rows)),
                tiny.batch(text, tiny.fullLengths(), thoughts).inputs());
        return way;
    }

    /** BlockComputation 1: for every position and thought an ordinary causal sequence x[0..p] START t… END x[p+1]…. */
    BlockComputation naive() {
        var way = new BlockComputation(tiny);
        for (int p = 0; p < layout.length(); p++) {
            int length = p + 1 + layout.slots();
            int sequences = layout.batch() * layout.thoughts();
            int[] rows = new int[sequences * length];
            int[] tokens = new int[rows.length];
            for (int i = 0; i < rows.length; i++) {
                int b = i / length / layout.thoughts();
                int n = i / length % layout.thoughts();
                int place = i % length;
                int position = Math.min(place, p);
                rows[i] = tiny.row(b, n, position, place - position);
                tokens[i] = token(b, n, position, place - position);
            }
            SameDiff sd = SameDiff.create();
            Decoder decoder = decoder(sd);
            SDVariable mask = mask(sd, length, length, (i, j) -> j <= i && inWindow(i, j), 1, length, length);
            int[] positions = TextAttention.consecutivePositions(sequences, length);
            var attention =
                    new TextAttention(HeadShape.of(tiny.model()), sequences, length, mask, positions(sd, positions));
            Decoder.Hidden hidden = decoder.layers(embed(sd, decoder, tokens), attention);
            way.add(sd, List.of(BlockComputation.Part.of(hidden, rows)), Map.of());
        }
        return way;
    }

    /** BlockComputation 3: for every sequence and thought number one pass over text and all block tokens with an (L + S·L)² mask. */
    BlockComputation flattened() {
        int l = layout.length();
        int length = l + layout.slots() * l;
        int sequences = layout.batch() * layout.thoughts();
        int[] rows = new int[sequences * length];
        int[] tokens = new int[rows.length];
        int[] positions = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            int b = i / length / layout.thoughts();
            int n = i / length % layout.thoughts();
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
                new TextAttention(HeadShape.of(tiny.model()), sequences, length, mask, positions(sd, positions));
        Decoder.Hidden hidden = decoder.layers(embed(sd, decoder, tokens), attention);
        var way = new BlockComputation(tiny);
        way.add(sd, List.of(BlockComputation.Part.of(hidden, rows)), Map.of());
        return way;
    }

    /** BlockComputation 2: text, then one pass for each slot of all blocks, with the keys of the passes before it, not detached. */
    BlockComputation sequential() {
        SameDiff sd = SameDiff.create();
        Decoder decoder = decoder(sd);
        HeadShape heads = HeadShape.of(tiny.model());
        int l = layout.length();
        List<BlockComputation.Part> parts = new ArrayList<>();
        SDVariable mask = mask(sd, l, l, (i, j) -> j <= i && inWindow(i, j), 1, l, l);
        int[] textPositions = TextAttention.consecutivePositions(layout.batch(), l);
        var textAttention = new TextAttention(heads, layout.batch(), l, mask, positions(sd, textPositions));
        parts.add(
                BlockComputation.Part.of(decoder.layers(embed(sd, decoder, text), textAttention), slab(0, new int[0])));
        var slots = new Slots(sd, textAttention);
        for (int a = 1; a <= layout.slots(); a++) {
            int[] tokens = new int[layout.slotRows()];
            int[] rows = slab(a, tokens);
            parts.add(BlockComputation.Part.of(decoder.layers(embed(sd, decoder, tokens), slots.next(a)), rows));
        }
        var way = new BlockComputation(tiny);
        way.add(sd, parts, Map.of());
        return way;
    }

    /** Learning rows of slot a, in [B, P, L] order, and the tokens there. */
    private int[] slab(int a, int[] tokens) {
        int[] rows = new int[a == 0 ? layout.textRows() : layout.slotRows()];
        int thoughtCount = a == 0 ? 1 : layout.thoughts();
        for (int i = 0; i < rows.length; i++) {
            int p = i % layout.length();
            int n = i / layout.length() % thoughtCount;
            int b = i / layout.length() / thoughtCount;
            rows[i] = tiny.row(b, n, p, a);
            if (tokens.length > 0) {
                tokens[i] = token(b, n, p, a);
            }
        }
        return rows;
    }

    private final class Slots {
        private final SameDiff sd;
        private final TextAttention text;
        private final Map<Integer, List<SDVariable>> keys = new HashMap<>();
        private final Map<Integer, List<SDVariable>> values = new HashMap<>();

        Slots(SameDiff sd, TextAttention text) {
            this.sd = sd;
            this.text = text;
        }

        AttentionPattern next(int a) {
            int l = layout.length();
            int wide = layout.thoughts() * l;
            int[] positions = new int[layout.slotRows()];
            for (int r = 0; r < positions.length; r++) {
                positions[r] = r % l + a;
            }
            SDVariable textMask = mask(sd, wide, l, (i, j) -> j <= i % l && inWindow(i % l + a, j), 1, 1, wide, l);
            SDVariable ownMask = mask(sd, 1, a, (i, j) -> inWindow(a, j + 1), 1, 1, a);
            SDVariable stepPositions = positions(sd, positions);
            var attention = new ThoughtAttention(HeadShape.of(tiny.model()), layout, 1);
            return new AttentionPattern() {
                @Override
                public SDVariable positions() {
                    return stepPositions;
                }

                @Override
                public int rows() {
                    return layout.slotRows();
                }

                @Override
                public SDVariable attend(Layer layer, SDVariable q, SDVariable k, SDVariable v) {
                    var view = new ThoughtAttention.View(
                            text.keys(layer.index()),
                            text.values(layer.index()),
                            textMask,
                            all(keys, layer.index(), k),
                            all(values, layer.index(), v),
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
        return Parameters.normal(DataType.DOUBLE, 5, "cotangents", 1, layout.rows(), TinyModel.VOCAB)
                .toDoubleMatrix();
    }
}
