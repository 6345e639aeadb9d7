/**
 * Generation with thoughts (spec, section 8): keys of the text are cached, a thought is a branch after them that is
 * dropped again. {@link org.quietstar.generate.QuietStar} is where to begin.
 *
 * <p>Letters in shapes: B sequences that are generated together, R rows of each in a pass, C positions of the cache that
 * a pass can see, T tokens of a thought, D width, V vocabulary, H heads, KV key/value heads, G = H / KV, E width of a
 * head.
 */
package org.quietstar.generate;
