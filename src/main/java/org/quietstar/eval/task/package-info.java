/**
 * Questions with right answers. A {@link org.quietstar.eval.task.AnswerTask task} is read from a small YAML file and a file
 * of items; {@link org.quietstar.eval.task.AnswerScorer} says how likely a model holds each choice to be, or lets it write
 * its answers, at once or by chain of thought, without and with thoughts; {@link org.quietstar.eval.task.AnswerReport}
 * counts the right answers, with intervals over items and a paired test.
 *
 * <pre>{@code
 * AnswerTask task = AnswerTask.read(Path.of("datasets/tiny/answers.yaml"));
 * try (QuietStar model = QuietStar.load(Path.of("runs/mine"))) {
 *     AnswerReport report = model.answers(task);
 *     double right = report.all().with().orElseThrow().share();
 * }
 * }</pre>
 */
package org.quietstar.eval.task;
