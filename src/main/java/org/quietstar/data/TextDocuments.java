package org.quietstar.data;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.quietstar.QuietStarException;

/**
 * What ends a document in a plain text file. In every case the end of the file does, and in all but {@link #FILE} a line
 * that holds nothing but {@code <|endoftext|>}. A line of white space only is an empty line.
 */
public enum TextDocuments {
    /** Two or more empty lines in a row. */
    BLANK_LINES,
    /**
     * A line break without an empty line beside it: paragraphs of one document are set apart by empty lines, documents
     * follow each other line on line (the layout of TinyStories files whose separators were removed).
     */
    SINGLE_LINE_BREAK,
    /** Each line is a document. */
    LINE,
    /** The file is one document. */
    FILE;

    /** The word of the configuration, such as {@code blank-lines}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The value of a configuration word; throws QuietStarException for an unknown one. */
    public static TextDocuments of(String word) {
        return Arrays.stream(values())
                .filter(value -> value.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new QuietStarException("data.textDocuments is \"" + word + "\"; allowed are "
                        + Arrays.stream(values()).map(TextDocuments::word).collect(Collectors.joining(", "))));
    }
}
