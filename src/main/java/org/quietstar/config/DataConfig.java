package org.quietstar.config;

import java.util.List;
import org.quietstar.config.yaml.Choice;
import org.quietstar.config.yaml.Key;
import org.quietstar.config.yaml.Records;

/** Section {@code data}: where text comes from and how it is cut into sequences. */
public record DataConfig(
        @Key(
                value =
                        "Files, folders or globs of training text (.txt, .jsonl, either may be .gz or .zst); a relative path"
                                + " starts at the folder the command runs in.",
                def = "[]")
        List<String> train,

        @Key(
                value = "Files, folders or globs of held-out text, paths as in data.train; empty means that"
                        + " validationFraction of the training documents is held out.",
                sameInAllStages = "held-out text",
                def = "[]")
        List<String> validation,

        @Key(
                value = "Share of the training documents held out when validation is empty.",
                min = 0,
                max = 0.5,
                sameInAllStages = "held-out text",
                def = "0.05")
        double validationFraction,

        @Key(
                value = "What decides whether a document is held out. text: a hash of its text, so that it is held out"
                        + " in every stage and every run, whatever the files are called; place: seed, number of the file"
                        + " and line, as version 0.1.0 did, which its runs continue with.",
                sameInAllStages = "held-out text",
                def = "text")
        HoldOutBy holdOutBy,

        @Key(value = "auto goes by the file name; text, jsonl and parquet force one format.", def = "auto")
        TextFormat format,

        @Key(
                value =
                        "Field of a JSONL record, or column of a Parquet file, that holds the text; with dots a field within an"
                                + " object. A list of turns (messages) is written by the chat template of the tokenizer.",
                def = "text")
        String textField,

        @Key(
                value = "What ends a document in a plain text file: blank-lines (two empty lines in a row),"
                        + " single-line-break (a line break with no empty line beside it: TinyStories without"
                        + " separators), line, or file. A line <|endoftext|> always does, but for file.",
                def = "blank-lines")
        DocumentBoundary textDocuments,

        @Key(
                value =
                        "Whether every document, in training and evaluation, and every prompt begins with the tokenizer's"
                                + " begin-of-text id. auto: as the tokenizer's own template does, so that a pretrained model"
                                + " reads what it was trained on.",
                sameInAllStages = "what a text begins with",
                def = "auto")
        BeginOfText beginOfText,

        @Key(
                value = "pack: documents end to end; random-span: one random window of each document, padded"
                        + " (the paper's); pad: consecutive windows, the last padded.",
                def = "pack")
        Packing packing,

        @Key(value = "Text tokens L in a sequence.", unit = "tokens", min = 2, def = "256")
        int sequenceLength,

        @Key(value = "Sequences B in a micro-batch.", unit = "sequences", min = 1, def = "8")
        int batchSize,

        @Key(value = "Windows held in memory to shuffle from.", unit = "sequences", min = 1, def = "2048")
        int shuffleBuffer,

        @Key(value = "A record that cannot be read: skip counts and reports it, fail ends the run.", def = "skip")
        BadRecordPolicy onBadRecord,

        @Key(value = "Batches prepared in the background.", unit = "batches", min = 1, max = 64, def = "4")
        int prefetch) {
    /** How the text of a file is laid out. */
    public enum TextFormat implements Choice {
        /** As the file's name says. */
        AUTO,
        /** Plain text. */
        TEXT,
        /** One JSON object a line. */
        JSONL,
        /** A table, of which one column is read. */
        PARQUET
    }

    /**
     * What ends a document in a plain text file. In every case the end of the file does, and in all but {@link #FILE} a
     * line that holds nothing but {@code <|endoftext|>}. A line of white space only is an empty line.
     */
    public enum DocumentBoundary implements Choice {
        /** Two or more empty lines in a row. */
        BLANK_LINES,
        /**
         * A line break without an empty line beside it: paragraphs of one document are set apart by empty lines,
         * documents follow each other line on line (the layout of TinyStories files whose separators were removed).
         */
        SINGLE_LINE_BREAK,
        /** Each line is a document. */
        LINE,
        /** The file is one document. */
        FILE
    }

    /** What decides whether a document of the training text is held out. */
    public enum HoldOutBy implements Choice {
        /** Its text. */
        TEXT,
        /** The run's seed, and where it stands. */
        PLACE
    }

    /** Whether a text begins with the tokenizer's begin-of-text id. */
    public enum BeginOfText implements Choice {
        /** As the tokenizer's template has it. */
        AUTO,
        /** It does. */
        ON,
        /** It does not. */
        OFF
    }

    /** How documents become sequences of L tokens. */
    public enum Packing implements Choice {
        /** Documents end to end. */
        PACK,
        /** One random window of each document, padded. */
        RANDOM_SPAN,
        /** Consecutive windows of each document, the last padded. */
        PAD
    }

    /** What becomes of a record that cannot be read. */
    public enum BadRecordPolicy implements Choice {
        /** It is counted and reported. */
        SKIP,
        /** It ends the run. */
        FAIL
    }

    public DataConfig {
        train = List.copyOf(train);
        validation = List.copyOf(validation);
    }

    public static DataConfig defaults() {
        return Records.defaults(DataConfig.class);
    }

    /** Whether any text is held out: files of its own, or a share of the training documents. */
    public boolean holdsOut() {
        return !validation.isEmpty() || (validationFraction > 0 && !train.isEmpty());
    }

    // The same settings with one of them changed.

    public DataConfig withTrain(List<String> value) {
        return Records.with(this, "train", value);
    }

    public DataConfig withValidation(List<String> value) {
        return Records.with(this, "validation", value);
    }

    public DataConfig withValidationFraction(double value) {
        return Records.with(this, "validationFraction", value);
    }

    public DataConfig withHoldOutBy(HoldOutBy value) {
        return Records.with(this, "holdOutBy", value);
    }

    public DataConfig withFormat(TextFormat value) {
        return Records.with(this, "format", value);
    }

    public DataConfig withTextField(String value) {
        return Records.with(this, "textField", value);
    }

    public DataConfig withTextDocuments(DocumentBoundary value) {
        return Records.with(this, "textDocuments", value);
    }

    public DataConfig withBeginOfText(BeginOfText value) {
        return Records.with(this, "beginOfText", value);
    }

    public DataConfig withPacking(Packing value) {
        return Records.with(this, "packing", value);
    }

    public DataConfig withSequenceLength(int value) {
        return Records.with(this, "sequenceLength", value);
    }

    public DataConfig withBatchSize(int value) {
        return Records.with(this, "batchSize", value);
    }

    public DataConfig withShuffleBuffer(int value) {
        return Records.with(this, "shuffleBuffer", value);
    }

    public DataConfig withOnBadRecord(BadRecordPolicy value) {
        return Records.with(this, "onBadRecord", value);
    }

    public DataConfig withPrefetch(int value) {
        return Records.with(this, "prefetch", value);
    }
}
