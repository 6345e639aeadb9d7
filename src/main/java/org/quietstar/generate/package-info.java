/**
 * Generation with thoughts (docs/algorithm.md, section 8): keys of the text are cached, a thought is a branch after them that is
 * dropped again. {@code QuietStar} in the root package is where to begin.
 *
 * <p>Letters in shapes: B sequences that are generated together, R rows of each in a pass, C positions of the cache that
 * a pass can see, T tokens of a thought, D width, V vocabulary, H heads, KV key/value heads, G = H / KV, E width of a
 * head.
 *
 * <pre>{@code
 * GenerateOptions options = GenerateOptions.builder()
 *         .maxTokens(50)
 *         .temperature(0.8)
 *         .thinkWhen(new ThinkWhen.EntropyAbove(1.5))
 *         .build();
 * try (QuietStar model = QuietStar.load(Path.of("runs/mine"))) {
 *     Generation text = model.generate("hall red wait", options, GenerationListener.none());
 * }
 * }</pre>
 */
package org.quietstar.generate;
