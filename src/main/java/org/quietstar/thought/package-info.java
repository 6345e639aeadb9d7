/**
 * The paper's ideas, one file each: the {@link org.quietstar.thought.ThoughtSizes layout} of a thought block, its
 * {@link org.quietstar.thought.ThoughtBlockAttention attention}, the {@link org.quietstar.thought.Rollout rollout} that
 * draws the thoughts, the {@link org.quietstar.thought.MixingHead mixing head}, the
 * {@link org.quietstar.thought.ThoughtReward reward}, and the {@link org.quietstar.thought.QuietStarGraph loss} that
 * ties them together. A training step is two phases: the rollout draws thoughts without gradient; then one static,
 * differentiable graph over text and blocks gives the losses, teacher forced on the drawn tokens.
 *
 * <p>Letters as in {@link org.quietstar.model}. Rows of a learning graph stand in this order: first the text,
 * [B, L]; then one slab for each step a = 1 … S of the blocks, [S, B, P, L].
 *
 * <pre>{@code
 * RunConfig recipe = QuietStar.config("model: {vocabSize: 259}");
 * Parameters base = DecoderParameters.random(recipe.model(), DataType.FLOAT, 42);
 * Parameters all = base.and(ThoughtParameters.create(recipe.model(), recipe.thought(), base, '-', 42));
 * ThoughtSizes sizes = ThoughtSizes.of(recipe.thought(), 2, 32); // B = 2, L = 32
 * var rollout = new Rollout(recipe.model(), sizes, 1, ThoughtSampling.atTemperature(1), List.of(), all);
 * }</pre>
 */
package org.quietstar.thought;
