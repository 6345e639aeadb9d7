/**
 * Training: {@link org.quietstar.train.Trainer} is the loop, on one screen; an objective gives each step's loss and
 * gradients, AdamW applies them, and whoever wants to watch is a {@link org.quietstar.train.TrainingListener}. What a run needs to
 * continue is kept by the package {@code checkpoint}.
 *
 * <p>More than 20 files, because each thing that a step does besides (scale the policy, watch it, skip, measure, log) is a
 * class that a test can hold alone.
 *
 * <pre>{@code
 * RunConfig config = Recipes.load(Path.of("configs/tiny.yaml"), List.of("train.steps=50"));
 * try (Trainer trainer = Trainer.start(config, Path.of("runs/mine"))) {
 *     trainer.train();
 * }
 * }</pre>
 */
package org.quietstar.train;
