package org.quietstar.config;

import java.util.List;

/** Section {@code data}: where text comes from and how it is cut into sequences. */
public record DataConfig(
        @Key("Files, folders or globs of training text (.txt, .jsonl, either may be .gz); a relative path"
                + " starts at the folder the command runs in.")
        List<String> train,

        @Key("Files, folders or globs of held-out text, paths as in data.train; empty means that"
                + " validationFraction of the training documents is held out.")
        List<String> validation,

        @Key(
                value = "Share of the training documents held out when validation is empty; chosen by a hash"
                        + " of seed and document number.",
                min = 0,
                max = 0.5)
        double validationFraction,

        @Key(
                value = "auto goes by the file name; text and jsonl force one format.",
                oneOf = {"auto", "text", "jsonl"})
        String format,

        @Key("Field of a JSONL record that holds the text.") String textField,

        @Key(
                value = "What ends a document in a plain text file: blank-lines (two empty lines in a row),"
                        + " single-line-break (a line break with no empty line beside it: TinyStories without"
                        + " separators), line, or file. A line <|endoftext|> always does, but for file.",
                oneOf = {"blank-lines", "single-line-break", "line", "file"})
        String textDocuments,

        @Key(
                value = "pack: documents end to end; random-span: one random window of each document, padded"
                        + " (the paper's); pad: consecutive windows, the last padded.",
                oneOf = {"pack", "random-span", "pad"})
        String packing,

        @Key(value = "Text tokens L in a sequence.", unit = "tokens", min = 2)
        int sequenceLength,

        @Key(value = "Sequences B in a micro-batch.", unit = "sequences", min = 1)
        int batchSize,

        @Key(value = "Windows held in memory to shuffle from.", unit = "sequences", min = 1)
        int shuffleBuffer,

        @Key(
                value = "A record that cannot be read: skip counts and reports it, fail ends the run.",
                oneOf = {"skip", "fail"})
        String onBadRecord,

        @Key(value = "Batches prepared in the background.", unit = "batches", min = 1, max = 64)
        int prefetch) {

    public DataConfig {
        train = List.copyOf(train);
        validation = List.copyOf(validation);
    }

    public static DataConfig defaults() {
        return new DataConfig(
                List.of(), List.of(), 0.05, "auto", "text", "blank-lines", "pack", 256, 8, 2048, "skip", 4);
    }

    /** Whether any text is held out: files of its own, or a share of the training documents. */
    public boolean holdsOut() {
        return !validation.isEmpty() || (validationFraction > 0 && !train.isEmpty());
    }

    /** The same settings with other held-out text. */
    public DataConfig withValidation(List<String> files) {
        return new DataConfig(
                train,
                files,
                validationFraction,
                format,
                textField,
                textDocuments,
                packing,
                sequenceLength,
                batchSize,
                shuffleBuffer,
                onBadRecord,
                prefetch);
    }
}
