/**
 * Quiet-STaR for Deeplearning4j as a library. {@link org.quietstar.QuietStar} is where to begin: it reads recipes, trains,
 * loads, evaluates and generates; {@link org.quietstar.Plots} shows what came of it. All other packages are rooms behind
 * these two.
 *
 * <pre>{@code
 * try (QuietStar model = QuietStar.load(Path.of("runs/mine"))) {
 *     Generation text = model.generate("hall red wait", GenerateOptions.defaults(), GenerationListener.none());
 *     Plots.thoughts(text, model.tokenizer()).write(Path.of("thoughts.html"));
 *     Plots.gain(model.evaluate()).write(Path.of("gain.png"));
 * }
 * }</pre>
 */
package org.quietstar;
