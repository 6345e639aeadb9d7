package org.quietstar.data;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Collectors;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig;
import org.quietstar.config.DataConfig.BadRecordPolicy;
import org.quietstar.tokenizer.ChatTemplate;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.tokenizer.Tokenizers;

/**
 * The batches of section {@code data}, prepared in the background. Take them from one thread at a time.
 *
 * <pre>{@code
 * try (TextBatches batches = TextBatches.training(config.lastStage().data(), tokenizer, config.seed(), listener)) {
 *     TokenBatch batch = batches.next();
 *     ...
 *     checkpoint.put("data", batches.position().toMap());
 * }
 * }</pre>
 */
public final class TextBatches implements Iterator<TokenBatch>, AutoCloseable {
    private final List<TextFile> files;
    private final TextRecordReader documents;
    private final BatchStream stream;
    private final String fingerprint;
    private final String emptyMessage;
    private final int prefetch;
    /** Whether it is all there is: a share of a text may be empty. */
    private final boolean whole;

    private final int padId;
    private final DataPosition start;
    private DataPosition position;
    private Optional<Prefetcher> prefetcher = Optional.empty();
    private Optional<TokenBatch> ahead = Optional.empty();
    private boolean ended;

    private TextBatches(
            DataConfig config,
            Tokenizer tokenizer,
            int padId,
            long splitSeed,
            long orderSeed,
            DataListener listener,
            boolean validation,
            HeldOutShare share) {
        boolean ownFiles = validation && !config.validation().isEmpty();
        this.files = files(config, ownFiles);
        Optional<ChatTemplate> template = tokenizer.chatTemplate();
        boolean conversations = false;
        for (TextFile file : files) {
            conversations |= RecordShape.require(file, config.textField(), template);
        }
        this.fingerprint = DataFingerprint.of(
                files,
                config,
                tokenizer,
                conversations ? template : Optional.empty(),
                List.of(splitSeed, orderSeed),
                validation);
        var log = new ReadLog(listener, config.onBadRecord() == BadRecordPolicy.FAIL);
        this.whole = share.equals(HeldOutShare.ALL);
        this.prefetch = config.prefetch();
        this.padId = padId;
        this.emptyMessage = emptyMessage(key(ownFiles), config, validation && !ownFiles);
        this.documents = new TextRecordReader(files, config.textField(), template, config.textDocuments(), log);
        HoldOutSplit split = HoldOutSplit.of(config, splitSeed, validation, share);
        WindowCutter cutter = WindowCutter.of(config.packing(), config.sequenceLength(), orderSeed, validation);
        List<Integer> prefix = Tokenizers.textPrefix(tokenizer, config.beginOfText());
        var windows = new TokenWindows(documents, tokenizer, prefix, split, cutter);
        var plan = new BatchStream.Plan(
                files.size(),
                config.batchSize(),
                config.sequenceLength(),
                validation ? 1 : config.shuffleBuffer(),
                !validation,
                orderSeed,
                fingerprint);
        this.stream = new BatchStream(windows, tokenizer, padId, plan);
        this.start = stream.position();
        this.position = start;
    }

    private static String key(boolean ownFiles) {
        return ownFiles ? "data.validation" : "data.train";
    }

    /** The files of {@code data.validation}, or those of {@code data.train}. */
    private static List<TextFile> files(DataConfig config, boolean ownFiles) {
        List<String> patterns = ownFiles ? config.validation() : config.train();
        if (patterns.isEmpty()) {
            throw new QuietStarException(key(ownFiles) + " is empty: name at least one file, folder or glob of text");
        }
        return TextSources.resolve(key(ownFiles), patterns, config.format());
    }

    /**
     * Training batches without end, shuffled anew each epoch. Where {@code data.validation} is empty, the documents that
     * {@link #validation} reads are left out.
     *
     * @param config the section {@code data}
     * @param tokenizer encodes the text; stays open, and must until this is closed
     * @param padId fills up short sequences: an id that the model has a row for, which a tokenizer's own may not be
     * @param splitSeed with data.holdOutBy place, part of what decides which documents are held out
     * @param orderSeed of the shuffling and the random spans
     * @param listener is told of bad records, from the background thread
     * @throws QuietStarException for files that are missing, of unknown format, or unreadable
     */
    public static TextBatches training(
            DataConfig config, Tokenizer tokenizer, int padId, long splitSeed, long orderSeed, DataListener listener) {
        return new TextBatches(config, tokenizer, padId, splitSeed, orderSeed, listener, false, HeldOutShare.ALL);
    }

    /**
     * As {@link #training(DataConfig, Tokenizer, int, long, long, DataListener)} with the tokenizer's padding id and one
     * seed for both.
     */
    public static TextBatches training(DataConfig config, Tokenizer tokenizer, long seed, DataListener listener) {
        return training(config, tokenizer, tokenizer.padId(), seed, seed, listener);
    }

    /**
     * The held-out text once, in the order of the files; the last batch may have rows of padding only. Parameters as in
     * {@link #training(DataConfig, Tokenizer, int, long, long, DataListener)}.
     */
    public static TextBatches validation(
            DataConfig config, Tokenizer tokenizer, int padId, long seed, DataListener listener) {
        return validation(config, tokenizer, padId, seed, listener, HeldOutShare.ALL);
    }

    /** As {@link #validation(DataConfig, Tokenizer, int, long, DataListener)}, a share of it. */
    public static TextBatches validation(
            DataConfig config, Tokenizer tokenizer, int padId, long seed, DataListener listener, HeldOutShare share) {
        return new TextBatches(config, tokenizer, padId, seed, seed, listener, true, share);
    }

    /** Bytes of the files that the held-out text is in, as they lie on the disk. */
    public static long heldOutBytes(DataConfig config) {
        return files(config, !config.validation().isEmpty()).stream()
                .mapToLong(TextFile::size)
                .sum();
    }

    /** As {@link #validation(DataConfig, Tokenizer, int, long, DataListener)} with the tokenizer's padding id. */
    public static TextBatches validation(DataConfig config, Tokenizer tokenizer, long seed, DataListener listener) {
        return validation(config, tokenizer, tokenizer.padId(), seed, listener);
    }

    /**
     * Whether there is another batch; it waits for it. Training text has no end.
     *
     * @throws QuietStarException as {@link #next}
     */
    @Override
    public boolean hasNext() {
        if (ahead.isEmpty() && !ended) {
            if (prefetcher.isEmpty()) {
                prefetcher = Optional.of(new Prefetcher(stream, prefetch));
            }
            try {
                ahead = prefetcher.get().next();
            } catch (QuietStarException e) {
                if (!(e.getCause() instanceof BatchStream.NoWindows)) {
                    throw e;
                }
                if (whole) {
                    throw new QuietStarException(emptyMessage, e);
                }
            }
            ended = ahead.isEmpty();
        }
        return ahead.isPresent();
    }

    /**
     * The next batch.
     *
     * @throws QuietStarException for a bad record where those are fatal, a file that vanished, data without any text
     * @throws NoSuchElementException at the end of validation
     */
    @Override
    public TokenBatch next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the held-out text has ended");
        }
        TokenBatch batch = ahead.orElseThrow();
        ahead = Optional.empty();
        position = batch.after();
        return batch;
    }

    /** Where the stream stands: behind the batch that {@link #next()} gave last, whatever is prepared already. */
    public DataPosition position() {
        return position;
    }

    /**
     * Continues at {@code to}: the batches that come are those that came after it, bit for bit. Reads again at most a part
     * of one document; in a compressed file, all before it is decompressed.
     *
     * @throws QuietStarException where {@code to} is a place in other data, or in data read with other settings
     */
    public void restore(DataPosition to) {
        if (!to.fingerprint().equals(fingerprint)) {
            throw new QuietStarException("the run cannot continue: its data has fingerprint " + to.fingerprint()
                    + ", the data now " + fingerprint + ". The files are now " + describe(files)
                    + ". Bring back the files, section data, tokenizer and seed that the run began with, or begin a"
                    + " new run");
        }
        stop();
        stream.restore(to);
        position = to;
    }

    /** Goes back to the beginning. */
    public void reset() {
        restore(start);
    }

    /** Identifies the data and how it is read; {@link #restore} compares it. 64 hexadecimal digits. */
    public String fingerprint() {
        return fingerprint;
    }

    int padId() {
        return padId;
    }

    /** Ends the background thread and closes the files. */
    @Override
    public void close() {
        stop();
        ended = true;
        documents.close();
    }

    private void stop() {
        ended = false;
        ahead = Optional.empty();
        prefetcher.ifPresent(Prefetcher::close);
        prefetcher = Optional.empty();
    }

    private String emptyMessage(String key, DataConfig config, boolean heldOut) {
        String place = "of " + key + ", " + describe(files) + ",";
        return heldOut
                ? "no document " + place + " fell to the held-out share data.validationFraction = "
                        + config.validationFraction()
                        + "; raise it, name files in data.validation, or cut the text into"
                        + " more documents (data.textDocuments is "
                        + config.textDocuments().word() + ")"
                : "the files " + place + " hold no document of two tokens or more"
                        + (config.validation().isEmpty()
                                ? " outside the held-out share data.validationFraction = " + config.validationFraction()
                                : "")
                        + "; data.textDocuments is " + config.textDocuments().word() + ", data.textField is \""
                        + config.textField() + "\"";
    }

    private static String describe(List<TextFile> files) {
        String first = files.stream()
                .limit(3)
                .map(file -> file.path() + " (" + file.size() + " bytes)")
                .collect(Collectors.joining(", "));
        return files.size() <= 3 ? first : first + " and " + (files.size() - 3) + " more";
    }
}
