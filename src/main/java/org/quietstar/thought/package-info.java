/**
 * The paper, one idea a file. What is computed stands in <b>docs/algorithm.md</b>; this is the tour through the files that
 * compute it, in the order in which a reader needs them. The last column is what training runs; where it is another file
 * than the idea's, the two are held together by a test.
 *
 * <table>
 * <caption>Reading order</caption>
 * <tr><th></th><th>paper</th><th>idea</th><th>file</th><th>training runs it in</th></tr>
 * <tr><td>1</td><td>4.1</td><td>slots of a thought block, rows of a batch</td>
 *     <td>{@link org.quietstar.thought.ThoughtLayout}</td><td>everywhere</td></tr>
 * <tr><td>2</td><td>4.3, 4.4.1</td><td>START, END, mixing head as parameters</td>
 *     <td>{@link org.quietstar.thought.ThoughtParameters}, {@link org.quietstar.thought.ThoughtEmbeddings}</td>
 *     <td>the same</td></tr>
 * <tr><td>3</td><td>4.2, B</td><td>who sees whom, and one softmax over text and block</td>
 *     <td>{@link org.quietstar.thought.ThoughtAttention}</td>
 *     <td>{@link org.quietstar.thought.SlotPattern} forward, {@link org.quietstar.thought.LearningPattern} backward</td></tr>
 * <tr><td>4</td><td>4.2</td><td>parallel generation of thoughts</td>
 *     <td>{@link org.quietstar.thought.Rollout}, {@link org.quietstar.thought.ThoughtSampler}</td>
 *     <td>{@link org.quietstar.thought.ThoughtForward}, which continues with the slots that are teacher forced</td></tr>
 * <tr><td>5</td><td>4.3</td><td>mixing the states without and with the thought</td>
 *     <td>{@link org.quietstar.thought.MixingHead}</td><td>the same</td></tr>
 * <tr><td>6</td><td>4.4.2</td><td>likelihood of the next M tokens, teacher forced</td>
 *     <td>{@link org.quietstar.thought.QuietStarLoss}</td><td>the same</td></tr>
 * <tr><td>7</td><td>4.4.3</td><td>reward and advantage of a thought</td>
 *     <td>{@code Reward}; {@link org.quietstar.thought.RewardFunction} for one's own</td><td>the same</td></tr>
 * <tr><td>8</td><td>4.4.3</td><td>REINFORCE</td><td>{@code ReinforceLoss}</td>
 *     <td>{@code ReinforceGradient}, for tokens with an advantage</td></tr>
 * <tr><td>9</td><td>4.4.3</td><td>the whole objective</td><td>{@link org.quietstar.thought.ReferenceObjective}</td>
 *     <td>{@link org.quietstar.thought.LearningStep}, five parts in a numbered list</td></tr>
 * </table>
 *
 * <p>{@link org.quietstar.thought.LearningInputs} fills what the graphs read, {@code ActivationStore} keeps what the forward
 * pass leaves for the backward pass, and {@code SlotForward} is the plan of some slots.
 *
 * <p>The package has more than 20 files, because each idea, each way of sampling and each door to a graph is one.
 *
 * <p>Rows of a learning graph stand in this order: first the text, [B, L]; then one slab for each slot a = 1 … S of the
 * blocks, [S, B, P, L].
 *
 * <pre>{@code
 * RunConfig recipe = QuietStar.config("model: {vocabSize: 259}");
 * Parameters base = DecoderParameters.random(recipe.model(), DataType.FLOAT, 42);
 * Parameters all = base.and(ThoughtParameters.create(recipe.model(), recipe.lastStage().thought(), base, '-', 42));
 * ThoughtLayout layout = ThoughtLayout.of(recipe.lastStage().thought(), 2, 32); // B = 2, L = 32
 * ThinkingModel model = ThinkingModel.of(recipe.model(), recipe.lastStage().thought(), all, TokenRules.never(List.of()));
 * var rollout = new Rollout(model, layout, ThoughtSampler.categorical(1));
 * }</pre>
 */
package org.quietstar.thought;
