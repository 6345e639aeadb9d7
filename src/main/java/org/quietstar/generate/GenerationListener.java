package org.quietstar.generate;

/** Receives texts as they are produced. {@code prompt} counts the prompts from 0. */
public interface GenerationListener {
    /** More text, whole characters only; held back as long as a stop string may be in it. */
    default void onText(int prompt, String text) {}

    /** A token, before the text that it completes. */
    default void onToken(int prompt, GeneratedToken token) {}

    /** The text is complete. */
    default void onEnd(int prompt, Generation generation) {}

    /** A listener that ignores everything. */
    static GenerationListener none() {
        return new GenerationListener() {};
    }
}
