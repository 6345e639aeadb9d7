package org.quietstar.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.quietstar.QuietStarException;
import org.quietstar.tokenizer.Tokenizer;

/** Generates texts, several at a time, token by token with cached keys. Used by one thread at a time. */
public final class Generator implements AutoCloseable {
    /** Tokens of a prompt that go through the decoder in one pass. */
    private static final int PREFILL_ROWS = 512;

    private static final int LEAST_ROWS = 16;
    private static final int LEAST_CAPACITY = 64;

    private final GenerationModel model;
    private final Tokenizer tokenizer;
    private Optional<CachedDecoder> decoder = Optional.empty();

    /** The model and the tokenizer stay the caller's, and open as long as this is. */
    public Generator(GenerationModel model, Tokenizer tokenizer) {
        this.model = model;
        this.tokenizer = tokenizer;
    }

    /**
     * A prompt.
     *
     * @param number that the listener hears
     * @param ids at least one
     * @param given ids that come next instead of drawn ones, and end the text; none for a text to be written
     */
    public record Prompt(int number, String text, int[] ids, int[] given) {
        /** A prompt that a text is to be written after. */
        public Prompt(int number, String text, int... ids) {
            this(number, text, ids, new int[0]);
        }
    }

    /** Texts for the prompts, in their order; QuietStarException where the options do not suit the model. */
    public List<Generation> generate(List<Prompt> prompts, GenerateOptions options, GenerationListener listener) {
        return generate(prompts, options, listener, () -> false);
    }

    /**
     * As {@link #generate(List, GenerateOptions, GenerationListener)}.
     *
     * @param stopped asked after every token; once it says so, the texts end where they are
     */
    public List<Generation> generate(
            List<Prompt> prompts, GenerateOptions options, GenerationListener listener, BooleanSupplier stopped) {
        return new Run(options, listener).generate(prompts, stopped);
    }

    @Override
    public void close() {
        decoder.ifPresent(CachedDecoder::close);
        decoder = Optional.empty();
    }

    /** Whether, and when, a model thinks under these options. */
    static ThinkWhen thinkWhen(GenerationModel model, GenerateOptions options) {
        boolean able = model.thought().isPresent();
        if (options.thoughts() == GenerateOptions.Thoughts.ON && !able) {
            throw new QuietStarException("thoughts on: this model has no START, END and mixing head, for it was never"
                    + " trained in mode quiet-star; leave thoughts out");
        }
        boolean wanted = able && options.thoughts() != GenerateOptions.Thoughts.OFF;
        return wanted ? options.thinkWhen() : new ThinkWhen.Never();
    }

    /** The texts of one call. */
    private final class Run {
        final GenerateOptions options;
        final GenerationListener listener;
        final NextToken next;
        final Sampler sampler;
        /** Positions that a step takes: the text token and a thought. */
        final int step;

        List<Sequence> slots = new ArrayList<>();

        Run(GenerateOptions options, GenerationListener listener) {
            this.options = options;
            this.listener = listener;
            ThinkWhen when = thinkWhen(model, options);
            double temperature = options.thoughtTemperature()
                    .orElseGet(() -> model.thought()
                            .map(thought -> thought.thoughtTemperature())
                            .orElse(0.0));
            this.next = new NextToken(model, when, options.compare(), temperature);
            this.sampler = new Sampler(
                    options.sampling(),
                    GenerationModel.banned(model.neverEmitted(), model.model().vocabSize()));
            this.step = 1 + NextToken.positions(when, model.thoughtTokens());
        }

        List<Generation> generate(List<Prompt> prompts, BooleanSupplier stopped) {
            for (Prompt prompt : prompts) {
                checkLimit(prompt);
                slots.add(new Sequence(prompt, model.model().vocabSize(), tokenizer, options));
            }
            List<Sequence> all = List.copyOf(slots);
            open(capacity());
            slots.forEach(this::makeRoom);
            prefill(slots);
            while (!all.stream().allMatch(Sequence::finished)) {
                step();
                if (stopped.getAsBoolean()) {
                    all.stream().filter(sequence -> !sequence.finished()).forEach(s -> s.cancel(listener));
                }
            }
            return all.stream().map(Sequence::generation).toList();
        }

        private void step() {
            dropFinished();
            prefill(slots.stream().filter(this::makeRoom).toList());
            NextToken.Choice[] choices = next.of(decoder.orElseThrow(), slots);
            for (int i = 0; i < choices.length; i++) {
                if (choices[i] != null) {
                    Sequence sequence = slots.get(i);
                    double[] logits = choices[i].distribution().logits();
                    int id =
                            sequence.given().orElseGet(() -> sampler.draw(logits, sequence.seen(), sequence.uniform()));
                    sequence.add(choices[i].token(id), tokenizer.eosId(), listener);
                }
            }
        }

        /** Refuses, before anything is generated, what would not fit. */
        private void checkLimit(Prompt prompt) {
            int limit = model.model().maxPositions();
            if (step > limit) {
                throw new QuietStarException("a token with a thought of " + model.thoughtTokens() + " takes " + step
                        + " positions, the model has " + limit + "; leave thoughts out");
            }
            int wanted = prompt.given.length > 0 ? prompt.given.length : options.maxTokens();
            long needed = (long) prompt.ids.length + wanted - 2 + step;
            if (options.onLimit() == GenerateOptions.OnLimit.ERROR && needed > limit) {
                throw new QuietStarException("max-tokens " + wanted + " after a prompt of "
                        + prompt.ids.length + " tokens" + (step > 1 ? ", with thoughts of " + (step - 1) : "")
                        + ", needs " + needed + " positions, but the model has " + limit
                        + "; ask for fewer tokens, shorten the prompt, or choose on-limit slide");
            }
        }

        private int capacity() {
            int longest = slots.stream()
                    .mapToInt(sequence -> sequence.length() + sequence.wanted())
                    .max()
                    .orElseThrow();
            long needed = Math.max(LEAST_CAPACITY, (long) longest + step);
            long rounded = Long.highestOneBit(needed - 1) * 2;
            return (int) Math.min(rounded, model.model().maxPositions());
        }

        /** Takes the decoder that is there, with its plans, if it fits. */
        private void open(int capacity) {
            boolean fits = decoder.filter(open ->
                            open.cache().batch() == slots.size() && open.cache().capacity() >= capacity)
                    .isPresent();
            if (!fits) {
                close();
                decoder = Optional.of(new CachedDecoder(model, slots.size(), capacity));
            }
        }

        /** Forgets half of a text that has reached the limit; true if its keys must be computed anew. */
        private boolean makeRoom(Sequence sequence) {
            int limit = model.model().maxPositions();
            if (sequence.finished() || sequence.length() - 1 + step <= limit) {
                return false;
            }
            sequence.slide(Math.max(1, (limit - step + 1) / 2), tokenizer.bosId());
            return true;
        }

        /** Computes the keys of all ids but the last. */
        private void prefill(List<Sequence> fresh) {
            int longest = fresh.stream().mapToInt(s -> s.length() - 1).max().orElse(0);
            for (int from = 0; from < longest; from += PREFILL_ROWS) {
                int rows = Math.min(PREFILL_ROWS, longest - from);
                int[][] tokens = new int[slots.size()][0];
                int[] starts = new int[slots.size()];
                for (int i = 0; i < tokens.length; i++) {
                    if (fresh.contains(slots.get(i))) {
                        int[] ids = slots.get(i).allButLast();
                        int to = Math.min(ids.length, from + rows);
                        tokens[i] = from < to ? Arrays.copyOfRange(ids, from, to) : tokens[i];
                        starts[i] = from;
                    }
                }
                int padded = Math.max(LEAST_ROWS, Integer.highestOneBit(Math.max(1, rows - 1)) * 2);
                decoder.orElseThrow().run(Pass.PREFILL, padded, tokens, starts);
            }
        }

        /** Once half of the sequences are finished, goes on with the others alone. */
        private void dropFinished() {
            List<Sequence> alive = slots.stream().filter(s -> !s.finished()).toList();
            if (alive.isEmpty() || 2 * alive.size() > slots.size()) {
                return;
            }
            CachedDecoder wide = decoder.orElseThrow();
            var narrow = new CachedDecoder(model, alive.size(), wide.cache().capacity());
            for (int i = 0; i < alive.size(); i++) {
                Sequence sequence = alive.get(i);
                narrow.cache().take(wide.cache(), slots.indexOf(sequence), i, sequence.length() - 1);
            }
            wide.close();
            decoder = Optional.of(narrow);
            slots = alive;
        }
    }
}
