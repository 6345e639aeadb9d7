package org.quietstar.data;

import java.nio.file.Path;

/**
 * A record that could not be read.
 *
 * @param file that holds it
 * @param line its line, counted from 1; 0 where the file as a whole is bad
 * @param kind of fault
 * @param reason what is wrong with it
 */
public record BadRecord(Path file, long line, Kind kind, String reason) {
    /** Faults that are counted together. */
    public enum Kind {
        /** The line is no JSON. */
        NO_JSON("lines that are no JSON"),
        /** The line is JSON, but no object. */
        NO_OBJECT("lines that are no JSON object"),
        /** The object lacks the field with the text. */
        NO_FIELD("records without the field of the text"),
        /** The field holds something else than a text. */
        NO_TEXT("records whose field is no text"),
        /** The tokenizer's chat template does not take the conversation. */
        NO_TEMPLATE("conversations that the chat template does not take"),
        /** The text holds half a surrogate pair. */
        HALF_CHARACTER("records with half a character"),
        /** The line is longer than a record may be. */
        TOO_LONG("lines that are too long"),
        /** The line holds NUL bytes. */
        ZEROS("lines with NUL bytes"),
        /** The line is no UTF-8. */
        NO_UTF8("lines that are no UTF-8"),
        /** A compressed file is damaged. */
        DAMAGED("damaged compressed files");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** What a number of them is called, such as {@code lines that are no JSON}. */
        public String words() {
            return words;
        }
    }

    @Override
    public String toString() {
        return (line == 0 ? file.toString() : file + ":" + line) + ": " + reason;
    }
}
