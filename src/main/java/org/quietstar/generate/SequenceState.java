package org.quietstar.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.quietstar.random.SplitMix;
import org.quietstar.tokenizer.Tokenizer;

/** A text in the making. */
final class SequenceState implements DecodeStep.Context {
    /** Keys of the random streams. */
    private static final long TEXT_STREAM = 0;

    private static final long THOUGHT_STREAM = 1;

    private final int number;
    private final String prompt;
    private final int[] given;
    private final int wanted;
    private final long seed;
    private final boolean[] seen;
    private final TextStream stream;
    private final List<GeneratedToken> tokens = new ArrayList<>();
    private int[] context;
    private int length;
    private Optional<Generation.Finish> finish = Optional.empty();

    /**
     * @param prompt what the text continues
     * @param vocabSize V
     */
    SequenceState(Generator.Prompt prompt, int vocabSize, Tokenizer tokenizer, GenerateOptions options) {
        int[] ids = prompt.ids();
        this.number = prompt.number();
        this.prompt = prompt.text();
        this.given = prompt.given();
        this.wanted = given.length > 0 ? given.length : options.maxTokens();
        // Sample 0 draws what it did before there were others.
        this.seed = prompt.sample() == 0 ? options.seed() : SplitMix.hash(options.seed(), prompt.sample());
        this.seen = new boolean[vocabSize];
        for (int id : ids) {
            seen[id] = true;
        }
        List<String> stop = given.length > 0 ? List.of() : options.stop();
        this.stream = new TextStream(tokenizer, stop, ids);
        this.context = ids.clone();
        this.length = ids.length;
    }

    int number() {
        return number;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int[] allButLast() {
        return Arrays.copyOf(context, length - 1);
    }

    @Override
    public int last() {
        return context[length - 1];
    }

    /** Forgets all but the last {@code kept} ids, or all but {@code first} and the last {@code kept} − 1. */
    void slide(int kept, int first) {
        boolean keepsFirst = kept > 1 && first >= 0 && context[0] == first;
        int[] rest = Arrays.copyOfRange(context, length - kept, length);
        if (keepsFirst) {
            rest[0] = first;
        }
        context = rest;
        length = kept;
    }

    @Override
    public boolean[] seen() {
        return seen;
    }

    /** The number in [0, 1) that the next token of the text is drawn with. */
    double uniform() {
        return SplitMix.of(seed, TEXT_STREAM, tokens.size()).nextDouble();
    }

    @Override
    public double uniformOfThought(int token) {
        return SplitMix.of(seed, THOUGHT_STREAM, tokens.size(), token).nextDouble();
    }

    @Override
    public OptionalInt givenThought(int token) {
        return OptionalInt.empty();
    }

    /** The id that comes next, where the text is given. */
    Optional<Integer> given() {
        return tokens.size() < given.length ? Optional.of(given[tokens.size()]) : Optional.empty();
    }

    /** Tokens after the prompt at most. */
    int wanted() {
        return wanted;
    }

    /**
     * Takes the next token of the text; tells the listener of it and of the text it completes.
     *
     * @param endsText whether it is one of the ids that end a text; one that is given does not
     */
    void add(GeneratedToken token, boolean endsText, GenerationListener listener) {
        tokens.add(token);
        listener.onToken(number, token);
        if (endsText && given.length == 0) {
            end(Generation.Finish.END_OF_TEXT, listener);
            return;
        }
        seen[token.id()] = true;
        if (length == context.length) {
            context = Arrays.copyOf(context, 2 * length);
        }
        context[length++] = token.id();
        send(stream.add(token.id()), listener);
        if (stream.stopped()) {
            end(Generation.Finish.STOP, listener);
        } else if (tokens.size() == wanted) {
            end(Generation.Finish.LENGTH, listener);
        }
    }

    /** Ends the text where it is. */
    void cancel(GenerationListener listener) {
        end(Generation.Finish.CANCELLED, listener);
    }

    private void send(String text, GenerationListener listener) {
        if (!text.isEmpty()) {
            listener.onText(number, text);
        }
    }

    private void end(Generation.Finish reason, GenerationListener listener) {
        send(stream.end(), listener);
        finish = Optional.of(stream.stopped() ? Generation.Finish.STOP : reason);
        listener.onEnd(number, generation());
    }

    @Override
    public boolean finished() {
        return finish.isPresent();
    }

    /** The complete text. */
    Generation generation() {
        return new Generation(prompt, stream.text(), tokens, finish.orElseThrow());
    }
}
