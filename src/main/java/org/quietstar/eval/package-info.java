/**
 * What a trained model is worth, as numbers: statistics over scored tokens, without files, graphs or printing. {@link
 * org.quietstar.eval.TokenScores} gathers the scores, {@link org.quietstar.eval.PerplexityReport} sums them up.
 */
package org.quietstar.eval;
