package org.quietstar.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.quietstar.QuietStarException;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.TokenRules;
import org.quietstar.tokenizer.Tokenizer;

/** Generates texts, several at a time, token by token with cached keys. Used by one thread at a time. */
public final class Generator implements AutoCloseable {
    private final ThinkingModel model;
    private final Tokenizer tokenizer;
    private Optional<CachedDecoder> decoder = Optional.empty();

    /** The model and the tokenizer stay the caller's, and open as long as this is. */
    public Generator(ThinkingModel model, Tokenizer tokenizer) {
        this.model = model;
        this.tokenizer = tokenizer;
    }

    /**
     * A prompt.
     *
     * @param number that the listener hears
     * @param ids at least one
     * @param sample number among prompts of the same text: each number draws other tokens and thoughts
     * @param given ids that come next instead of drawn ones, and end the text; none for a text to be written
     */
    public record Prompt(int number, String text, long sample, int[] ids, int[] given) {
        /** A prompt that a text is to be written after. */
        public Prompt(int number, String text, int... ids) {
            this(number, text, 0, ids, new int[0]);
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

    /** Tokens of a prompt and of the text after it, together, that the model has positions for under these options. */
    public int room(GenerateOptions options) {
        // The last token of a text is not read.
        return model.config().maxPositions() + 2 - positionsOfStep(thinkWhen(model, options));
    }

    /** Positions that a step takes: the text token and a thought. */
    private int positionsOfStep(ThinkWhen when) {
        return 1 + DecodeStep.positions(when, model.thoughtTokens());
    }

    @Override
    public void close() {
        decoder.ifPresent(CachedDecoder::close);
        decoder = Optional.empty();
    }

    /** Whether, and when, a model thinks under these options. */
    static ThinkWhen thinkWhen(ThinkingModel model, GenerateOptions options) {
        boolean able = model.thinks();
        if (options.thoughts() == GenerateOptions.Thoughts.ON && !able) {
            throw new QuietStarException("thoughts on: this model has no START, END and mixing head, for it was never"
                    + " trained in mode quiet-star or pause; leave thoughts out");
        }
        boolean wanted = able && options.thoughts() != GenerateOptions.Thoughts.OFF;
        return wanted ? options.thinkWhen() : new ThinkWhen.Never();
    }

    /** The texts of one call. */
    private final class Run {
        final GenerateOptions options;
        final GenerationListener listener;
        final DecodeStep next;
        final Sampler sampler;
        final int step;

        List<SequenceState> slots = new ArrayList<>();

        Run(GenerateOptions options, GenerationListener listener) {
            this.options = options;
            this.listener = listener;
            ThinkWhen when = thinkWhen(model, options);
            double temperature = options.thoughtTemperature()
                    .orElseGet(() -> model.settings().thoughtTemperature());
            this.next = new DecodeStep(model, when, options.compare(), temperature);
            this.sampler = new Sampler(
                    options.sampling(),
                    TokenRules.mask(model.tokens().neverInText(), model.config().vocabSize()));
            this.step = positionsOfStep(when);
        }

        List<Generation> generate(List<Prompt> prompts, BooleanSupplier stopped) {
            for (Prompt prompt : prompts) {
                checkLimit(prompt);
                slots.add(new SequenceState(prompt, model.config().vocabSize(), tokenizer, options));
            }
            List<SequenceState> all = List.copyOf(slots);
            open(capacity());
            slots.forEach(this::makeRoom);
            decoder.orElseThrow().prefill(slots);
            while (!all.stream().allMatch(SequenceState::finished)) {
                step();
                if (stopped.getAsBoolean()) {
                    all.stream().filter(sequence -> !sequence.finished()).forEach(s -> s.cancel(listener));
                }
            }
            return all.stream().map(SequenceState::generation).toList();
        }

        private void step() {
            dropFinished();
            boolean[] slid = new boolean[slots.size()];
            for (int i = 0; i < slid.length; i++) {
                slid[i] = makeRoom(slots.get(i));
            }
            decoder.orElseThrow().prefill(slots, slid);
            List<Optional<DecodeStep.Choice>> choices = next.of(decoder.orElseThrow(), slots);
            for (int i = 0; i < choices.size(); i++) {
                SequenceState sequence = slots.get(i);
                choices.get(i).ifPresent(choice -> add(sequence, choice));
            }
        }

        private void add(SequenceState sequence, DecodeStep.Choice choice) {
            double[] logits = choice.distribution().logits();
            int id = sequence.given().orElseGet(() -> sampler.draw(logits, sequence.seen(), sequence.uniform()));
            sequence.add(choice.token(id), tokenizer.endIds().contains(id), listener);
        }

        /** Refuses, before anything is generated, what would not fit. */
        private void checkLimit(Prompt prompt) {
            int limit = model.config().maxPositions();
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
            return CachedDecoder.capacity((long) longest + step, model.config().maxPositions());
        }

        /** Takes the decoder that is there, with its plans, if it fits. */
        private void open(int capacity) {
            if (decoder.filter(open -> open.fits(slots.size(), capacity)).isEmpty()) {
                close();
                decoder = Optional.of(new CachedDecoder(model, slots.size(), capacity));
            }
        }

        /** Forgets half of a text that has reached the limit; true if its keys must be computed anew. */
        private boolean makeRoom(SequenceState sequence) {
            int limit = model.config().maxPositions();
            if (sequence.finished() || sequence.length() - 1 + step <= limit) {
                return false;
            }
            sequence.slide(Math.max(1, (limit - step + 1) / 2), tokenizer.bosId());
            return true;
        }

        /** Once half of the sequences are finished, continues with the others alone. */
        private void dropFinished() {
            List<SequenceState> alive =
                    slots.stream().filter(s -> !s.finished()).toList();
            if (alive.isEmpty() || 2 * alive.size() > slots.size()) {
                return;
            }
            int[] kept = alive.stream().mapToInt(slots::indexOf).toArray();
            int[] lengths =
                    alive.stream().mapToInt(sequence -> sequence.length() - 1).toArray();
            CachedDecoder wide = decoder.orElseThrow();
            decoder = Optional.of(wide.narrowed(kept, lengths));
            wide.close();
            slots = alive;
        }
    }
}
