package org.quietstar.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.quietstar.QuietStarException;
import org.quietstar.random.SplitMix;
import org.quietstar.tokenizer.Tokenizer;

/**
 * Windows put together to batches.
 *
 * <p>Training has no end. Each epoch takes the files in a new order and draws windows from a buffer that is refilled as it
 * is drawn from; both orders are functions of seed and epoch. A batch may span two epochs. Validation is one pass in the
 * order of the files; rows that its last batch lacks are padding only. Used by one thread at a time.
 */
final class BatchStream {
    private static final long FILE_ORDER_KEY = 0x46494C4553L; // "FILES"
    private static final long SHUFFLE_KEY = 0x53485546L; // "SHUF"

    private final TokenWindows windows;
    private final Tokenizer tokenizer;
    private final int padId;
    private final Plan plan;
    private final List<int[]> buffer = new ArrayList<>();
    private SplitMix random;
    private int epoch;
    private boolean epochHadWindows;
    private long batches;

    /**
     * How windows become batches.
     *
     * @param files number of files
     * @param batchSize B
     * @param sequenceLength L
     * @param shuffleBuffer windows to draw from; 1 keeps the order
     * @param endless whether epoch follows epoch, each in its own order
     * @param seed of the orders
     * @param fingerprint of the data
     */
    record Plan(
            int files,
            int batchSize,
            int sequenceLength,
            int shuffleBuffer,
            boolean endless,
            long seed,
            String fingerprint) {}

    /**
     * @param tokenizer that made the windows
     * @param padId fills up short sequences
     */
    BatchStream(TokenWindows windows, Tokenizer tokenizer, int padId, Plan plan) {
        this.windows = windows;
        this.tokenizer = tokenizer;
        this.padId = padId;
        this.plan = plan;
        startEpoch(0);
    }

    /**
     * Whether there is another batch: of endless text always.
     *
     * @throws QuietStarException where an epoch has no window
     */
    boolean hasNext() {
        return plan.endless() || fillBuffer();
    }

    /** The next batch. */
    TokenBatch next() {
        int length = plan.sequenceLength();
        int[] ids = new int[plan.batchSize() * length];
        int[] lengths = new int[plan.batchSize()];
        Arrays.fill(ids, padId);
        long textBytes = 0;
        int row = 0;
        while (row < plan.batchSize() && fillBuffer()) {
            int[] window = draw();
            System.arraycopy(window, 0, ids, row * length, window.length);
            lengths[row] = window.length;
            textBytes +=
                    IntStream.of(window).skip(1).mapToLong(tokenizer::textBytes).sum();
            row++;
        }
        if (row == 0) {
            throw new NoSuchElementException("no batch is left");
        }
        batches++;
        return new TokenBatch(ids, lengths, textBytes, position());
    }

    /** Where the stream stands: behind the batch that {@link #next()} gave last. */
    DataPosition position() {
        return new DataPosition(
                plan.fingerprint(), epoch, windows.position(), buffer.toArray(int[][]::new), random.state(), batches);
    }

    /** Continues at {@code position}. */
    void restore(DataPosition position) {
        epoch = position.epoch();
        epochHadWindows = true;
        batches = position.batches();
        windows.seek(epoch, fileOrder(), position.windows());
        random = new SplitMix(position.shuffleState());
        buffer.clear();
        position.buffer().stream().map(this::withoutPadding).forEach(buffer::add);
    }

    /** Version 0.1.0 kept windows that were filled up with the tokenizer's padding id, which no text yields. */
    private int[] withoutPadding(int[] window) {
        int length = window.length;
        while (length > 0 && window[length - 1] == tokenizer.padId()) {
            length--;
        }
        return length == window.length ? window : Arrays.copyOf(window, length);
    }

    private void startEpoch(int next) {
        epoch = next;
        epochHadWindows = false;
        buffer.clear();
        windows.startEpoch(epoch, fileOrder());
        random = SplitMix.of(plan.seed(), SHUFFLE_KEY, epoch);
    }

    private int[] fileOrder() {
        int[] order = IntStream.range(0, plan.files()).toArray();
        if (plan.endless()) {
            SplitMix.of(plan.seed(), FILE_ORDER_KEY, epoch).shuffle(order);
        }
        return order;
    }

    /** Fills the shuffle buffer, from the next epoch where this one is used up; false at the end of a single pass. */
    private boolean fillBuffer() {
        while (true) {
            while (buffer.size() < plan.shuffleBuffer() && windows.hasNext()) {
                buffer.add(windows.next());
                epochHadWindows = true;
            }
            if (!buffer.isEmpty()) {
                return true;
            }
            if (!epochHadWindows) {
                throw new NoWindows();
            }
            if (!plan.endless()) {
                return false;
            }
            startEpoch(epoch + 1);
        }
    }

    /** Takes a random window out of the buffer. */
    private int[] draw() {
        int last = buffer.size() - 1;
        int chosen = random.nextInt(last + 1);
        int[] window = buffer.get(chosen);
        buffer.set(chosen, buffer.get(last));
        buffer.remove(last);
        return window;
    }

    /** An epoch has no window. */
    static final class NoWindows extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        NoWindows() {
            super("the data holds no window of two tokens or more");
        }
    }
}
