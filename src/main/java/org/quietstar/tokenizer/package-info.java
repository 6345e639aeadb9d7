/**
 * Text to token ids and back. {@link org.quietstar.tokenizer.Tokenizers#open} gives the tokenizer that a run's
 * configuration names.
 */
package org.quietstar.tokenizer;
