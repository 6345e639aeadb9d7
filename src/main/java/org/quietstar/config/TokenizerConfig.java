package org.quietstar.config;

import org.quietstar.config.yaml.Choice;
import org.quietstar.config.yaml.Key;
import org.quietstar.config.yaml.Records;

/** Section {@code tokenizer}. */
public record TokenizerConfig(
        @Key(
                value = "byte: 256 bytes and three specials, nothing to load; huggingface: a tokenizer.json.",
                def = "byte")
        TokenizerKind kind,

        @Key(
                value = "Path of tokenizer.json, only for kind huggingface; a relative path starts at the"
                        + " folder the command runs in.",
                def = "")
        String path) {
    /** Where the tokenizer comes from. */
    public enum TokenizerKind implements Choice {
        /** 256 bytes and three specials. */
        BYTE,
        /** A {@code tokenizer.json}. */
        HUGGINGFACE
    }

    /** In words for a message: the file, or the kind. */
    String describe() {
        return kind == TokenizerKind.BYTE ? "bytes" : path;
    }

    public static TokenizerConfig defaults() {
        return Records.defaults(TokenizerConfig.class);
    }
}
