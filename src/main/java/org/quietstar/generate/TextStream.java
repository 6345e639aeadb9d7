package org.quietstar.generate;

import java.util.Arrays;
import java.util.List;
import org.quietstar.tokenizer.Tokenizer;

/**
 * Turns ids into text as they come. A character whose bytes are not complete is held back, and so is the beginning of a
 * stop string.
 *
 * <p>New text is what a few ids before it and the new ones give together, less what the first give alone: tokenizers
 * write a word's blank, or drop it, depending on what comes before.
 */
final class TextStream {
    /** Ids that the new ones are decoded together with. */
    private static final int CONTEXT = 6;
    /** New ids without a complete character after which nothing more is hoped for; a character has 4 bytes at most. */
    private static final int LONGEST_WAIT = 8;

    private static final String REPLACEMENT = "\uFFFD";

    private final Tokenizer tokenizer;
    private final List<String> stop;
    private final StringBuilder text = new StringBuilder();
    private int[] before;
    private int[] waiting = {};
    private int sent;
    private boolean stopped;

    /** @param prompt ids that the text continues */
    TextStream(Tokenizer tokenizer, List<String> stop, int... prompt) {
        this.tokenizer = tokenizer;
        this.stop = stop;
        this.before = Arrays.copyOfRange(prompt, Math.max(0, prompt.length - CONTEXT), prompt.length);
    }

    /** What may be sent on after one more id; empty if nothing. */
    String add(int id) {
        waiting = joined(waiting, id);
        String old = tokenizer.decode(before);
        String all = tokenizer.decode(joined(before, waiting));
        boolean complete = !all.endsWith(REPLACEMENT) && all.startsWith(old);
        if (!complete && waiting.length < LONGEST_WAIT) {
            return "";
        }
        text.append(complete ? all.substring(old.length()) : tokenizer.decode(waiting));
        before = waiting.length >= CONTEXT ? waiting : last(joined(before, waiting));
        waiting = new int[0];
        return release(false);
    }

    private static int[] last(int... ids) {
        return Arrays.copyOfRange(ids, Math.max(0, ids.length - CONTEXT), ids.length);
    }

    private static int[] joined(int[] first, int... second) {
        int[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** The rest, when no more ids come; bytes that are no character become U+FFFD. */
    String end() {
        if (stopped) {
            return "";
        }
        if (waiting.length > 0) {
            text.append(tokenizer.decode(waiting));
            waiting = new int[0];
        }
        return release(true);
    }

    /** Whether a stop string has come. */
    boolean stopped() {
        return stopped;
    }

    /** All text so far, without what was held back for a stop string that did come. */
    String text() {
        return text.substring(0, sent);
    }

    private String release(boolean everything) {
        int cut = firstStop();
        stopped = cut >= 0;
        int end = stopped ? cut : everything ? text.length() : text.length() - possibleStop();
        String released = text.substring(sent, Math.max(sent, end));
        sent = Math.max(sent, end);
        return released;
    }

    /** Where the first stop string begins, or −1. */
    private int firstStop() {
        return stop.stream()
                .mapToInt(string -> text.indexOf(string, sent))
                .filter(at -> at >= 0)
                .min()
                .orElse(-1);
    }

    /** Length of the longest end of the text that a stop string begins with. */
    private int possibleStop() {
        int longest = 0;
        for (String string : stop) {
            for (int n = Math.min(string.length() - 1, text.length() - sent); n > longest; n--) {
                if (string.startsWith(text.substring(text.length() - n))) {
                    longest = n;
                }
            }
        }
        return longest;
    }
}
