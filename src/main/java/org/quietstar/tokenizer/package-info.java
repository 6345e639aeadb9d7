/**
 * Text to token ids and back. {@link org.quietstar.tokenizer.Tokenizers#open} gives the tokenizer that a run's
 * configuration names.
 *
 * <pre>{@code
 * try (Tokenizer tokenizer = Tokenizers.open(new TokenizerConfig(TokenizerConfig.TokenizerKind.HUGGINGFACE, "models/mine/tokenizer.json"))) {
 *     int[] ids = tokenizer.encode("Once upon a time");
 *     String text = tokenizer.decode(ids);
 * }
 * }</pre>
 */
package org.quietstar.tokenizer;
