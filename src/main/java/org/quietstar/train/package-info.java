/**
 * Training: {@link org.quietstar.train.Trainer} is the loop, on one screen; an objective gives each step's loss and
 * gradients, AdamW applies them, {@link org.quietstar.train.CheckpointStore} keeps what a run needs to go on, and
 * whoever wants to watch is a {@link org.quietstar.train.TrainingListener}.
 *
 * <pre>{@code
 * RunConfig config = RunConfigs.load(Path.of("configs/tiny.yaml"), List.of("train.steps=50"));
 * try (Trainer trainer = Trainer.start(config, Path.of("runs/mine"))) {
 *     trainer.train();
 * }
 * }</pre>
 */
package org.quietstar.train;
