/**
 * What a trained model is worth, as numbers: statistics over scored tokens, without files, graphs or printing; answers to
 * questions are in {@link org.quietstar.eval.task}. {@link
 * org.quietstar.eval.TokenScores} gathers the scores, {@link org.quietstar.eval.PerplexityReport} sums them up.
 *
 * <pre>{@code
 * var scores = new TokenScores();
 * scores.add(2.5f, 2.1f, 0); // base NLL, NLL with a thought, document
 * scores.add(0.3f, 0.3f, 1);
 * scores.addTextBytes(8);
 * PerplexityReport report = PerplexityReport.of(scores, EvaluationConfig.Difficulty.NLL, 10, 1000, 42);
 * String table = report.toText();
 * }</pre>
 */
package org.quietstar.eval;
