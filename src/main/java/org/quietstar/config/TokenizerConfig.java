package org.quietstar.config;

/** Section {@code tokenizer}. */
public record TokenizerConfig(
        @Key(
                value = "byte: 256 bytes and three specials, nothing to load; huggingface: a tokenizer.json.",
                oneOf = {"byte", "huggingface"})
        String kind,

        @Key(
                value = "Path of tokenizer.json, only for kind huggingface; a relative path starts at the"
                        + " folder the command runs in.")
        String path) {

    public static TokenizerConfig defaults() {
        return new TokenizerConfig("byte", "");
    }
}
