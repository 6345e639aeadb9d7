package org.quietstar.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.samediff.HostArrays;
import org.quietstar.samediff.plan.StaticPlan;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtLayout;
import org.quietstar.thought.TokenRules;

/**
 * The distribution of each sequence's next token, with a thought before it where one is wanted (docs/algorithm.md, section 8). The
 * last token of each text goes through the decoder here, and its keys stay; those of the thought stand after them and
 * are overwritten by what comes next.
 */
final class DecodeStep {
    /** What the next token of one sequence is predicted from. */
    interface Context {
        /** Whether nothing is predicted any more. */
        boolean finished();

        /** Ids that the model sees; at least one. */
        int length();

        /** The ids that the model sees but for the last, which goes through it next. */
        int[] allButLast();

        /** The id that goes through the model next. */
        int last();

        /** Ids that a repetition penalty applies to, [V]; read only where there is a penalty. */
        boolean[] seen();

        /** The number in [0, 1) that token {@code token} of the thought before the next token is drawn with. */
        double uniformOfThought(int token);

        /** Token {@code token} of the thought, where it is given instead of drawn. */
        OptionalInt givenThought(int token);
    }

    private final ThinkingModel model;
    private final ThinkWhen thinkWhen;
    private final boolean compare;
    private final boolean[] bannedInText;
    private final boolean[] bannedInThoughts;
    private final Sampler thoughts;
    private final boolean blind;

    /**
     * @param thinkWhen never for a model without thoughts
     * @param compare whether the distribution without the thought is wanted, too
     * @param temperature of the thoughts' tokens
     */
    DecodeStep(ThinkingModel model, ThinkWhen thinkWhen, boolean compare, double temperature) {
        this(model, thinkWhen, compare, temperature, false);
    }

    /** @param blind whether thoughts are drawn without seeing the text; what is predicted from them means nothing then */
    DecodeStep(ThinkingModel model, ThinkWhen thinkWhen, boolean compare, double temperature, boolean blind) {
        this.blind = blind;
        this.model = model;
        this.compare = compare;
        this.thinkWhen = thinkWhen;
        int vocabSize = model.config().vocabSize();
        this.bannedInText = TokenRules.mask(model.tokens().neverInText(), vocabSize);
        this.bannedInThoughts = bannedInText.clone();
        model.tokens().neverInThoughts().forEach(id -> bannedInThoughts[id] = true);
        this.thoughts = new Sampler(Sampling.atTemperature(temperature), bannedInThoughts);
    }

    /**
     * What may come next, and what was thought about it.
     *
     * @param base the distribution without the thought; empty where it was not computed
     * @param thought empty where nothing was thought
     */
    record Choice(Distribution distribution, Optional<Distribution> base, Optional<Thought> thought) {
        /** The choice made. */
        GeneratedToken token(int id) {
            OptionalDouble without =
                    base.map(all -> OptionalDouble.of(all.logProbability(id))).orElse(OptionalDouble.empty());
            return new GeneratedToken(id, distribution.logProbability(id), without, thought);
        }
    }

    /**
     * Positions after the text that a thought takes, START and END included.
     *
     * @param tokens T
     */
    static int positions(ThinkWhen thinkWhen, int tokens) {
        return thinkWhen instanceof ThinkWhen.Never ? 0 : ThoughtLayout.endSlot(tokens);
    }

    /**
     * @param decoder whose cache has all ids but the last of each sequence
     * @param slots the sequences; finished ones take no part
     * @return for each slot what comes next; empty for a finished one
     */
    List<Optional<Choice>> of(CachedDecoder decoder, List<? extends Context> slots) {
        var branch = new Branch(decoder, slots);
        if (thinkWhen instanceof ThinkWhen.Always && !compare) {
            List<Optional<Choice>> none = Collections.nCopies(slots.size(), Optional.empty());
            return branch.think(branch.run(DecodePass.TEXT_AND_START, 0, branch.texts()), branch.alive, none);
        }
        List<Optional<Choice>> base = branch.choices(branch.run(DecodePass.TEXT, 0, branch.texts()));
        boolean[] thinking = new boolean[slots.size()];
        boolean any = false;
        for (int i = 0; i < thinking.length; i++) {
            thinking[i] = base.get(i)
                    .filter(choice -> thinksAbout(choice.distribution))
                    .isPresent();
            any |= thinking[i];
        }
        // The others go along: a row more or less costs little where the weights are read anyway.
        return any ? branch.think(branch.run(DecodePass.START, 1, branch.none()), thinking, base) : base;
    }

    private boolean thinksAbout(Distribution base) {
        return thinkWhen instanceof ThinkWhen.EntropyAbove above
                ? base.entropy() > above.nats()
                : thinkWhen instanceof ThinkWhen.Always;
    }

    /** One step of all sequences. */
    private final class Branch {
        final CachedDecoder decoder;
        final List<? extends Context> slots;
        final boolean[] alive;

        Branch(CachedDecoder decoder, List<? extends Context> slots) {
            this.decoder = decoder;
            this.slots = slots;
            this.alive = new boolean[slots.size()];
            for (int i = 0; i < alive.length; i++) {
                alive[i] = !slots.get(i).finished();
            }
        }

        /** Takes rows through the decoder that begin {@code after} the last text token. */
        double[][] run(DecodePass pass, int after, int[]... tokens) {
            StaticPlan plan = plan(pass, after, tokens);
            return rows(plan.output(PassGraph.LOGITS));
        }

        StaticPlan plan(DecodePass pass, int after, int[]... tokens) {
            int[] starts = new int[alive.length];
            int[] hidden = new int[alive.length];
            for (int i = 0; i < starts.length; i++) {
                starts[i] = alive[i] ? slots.get(i).length() - 1 + after : 0;
                hidden[i] = blind && after > 0 ? slots.get(i).length() : 0;
            }
            return decoder.run(pass, pass.rows(), tokens, starts, hidden);
        }

        int[][] texts() {
            int[][] tokens = none();
            for (int i = 0; i < alive.length; i++) {
                tokens[i] = alive[i] ? new int[] {slots.get(i).last()} : tokens[i];
            }
            return tokens;
        }

        int[][] none() {
            return new int[alive.length][0];
        }

        List<Optional<Choice>> choices(double[]... logits) {
            List<Optional<Choice>> choices = new ArrayList<>();
            for (int i = 0; i < alive.length; i++) {
                choices.add(alive[i] ? Optional.of(withoutThought(logits[i])) : Optional.empty());
            }
            return choices;
        }

        private Choice withoutThought(double... logits) {
            var distribution = new Distribution(logits, bannedInText);
            return new Choice(distribution, Optional.of(distribution), Optional.empty());
        }

        /**
         * Continues with a thought whose START has been taken through the decoder.
         *
         * @param logits of t1, [B, V]
         * @param thinking the slots that want it
         * @param base what there is without a thought, which the other slots get; empty where it was not computed
         */
        List<Optional<Choice>> think(double[][] logits, boolean[] thinking, List<Optional<Choice>> base) {
            int count = model.thoughtTokens();
            int[][] thought = new int[alive.length][count];
            draw(logits, thought, 0);
            for (int a = 1; a < count; a++) {
                draw(run(DecodePass.THOUGHT, 1 + a, column(thought, a - 1)), thought, a);
            }
            StaticPlan plan = plan(DecodePass.THOUGHT_AND_END, 1 + count, column(thought, count - 1));
            double[][] mixed = rows(plan.output(PassGraph.LOGITS));
            double[][] weights = rows(plan.output(PassGraph.WEIGHT));
            List<Optional<Choice>> choices = new ArrayList<>(base);
            for (int i = 0; i < alive.length; i++) {
                if (alive[i] && thinking[i]) {
                    // Pauses are no words.
                    List<Integer> ids = model.pauses()
                            ? List.of()
                            : Arrays.stream(thought[i]).boxed().toList();
                    choices.set(
                            i,
                            Optional.of(new Choice(
                                    new Distribution(mixed[i], bannedInText),
                                    base.get(i).map(Choice::distribution),
                                    Optional.of(new Thought(ids, weights[i][0])))));
                }
            }
            return choices;
        }

        private void draw(double[][] logits, int[][] thought, int token) {
            for (int i = 0; i < alive.length && !model.pauses(); i++) {
                if (alive[i]) {
                    Context context = slots.get(i);
                    int row = i;
                    thought[i][token] = context.givenThought(token)
                            .orElseGet(
                                    () -> thoughts.draw(logits[row], context.seen(), context.uniformOfThought(token)));
                }
            }
        }

        private int[][] column(int[][] thought, int token) {
            int[][] tokens = none();
            for (int i = 0; i < alive.length; i++) {
                tokens[i] = alive[i] ? new int[] {thought[i][token]} : tokens[i];
            }
            return tokens;
        }
    }

    /** The rows of an output [B, n], copied out. */
    private static double[][] rows(INDArray array) {
        int columns = Math.toIntExact(array.size(1));
        double[] all = HostArrays.numbers(array);
        double[][] rows = new double[all.length / columns][];
        for (int b = 0; b < rows.length; b++) {
            rows[b] = Arrays.copyOfRange(all, b * columns, (b + 1) * columns);
        }
        return rows;
    }
}
