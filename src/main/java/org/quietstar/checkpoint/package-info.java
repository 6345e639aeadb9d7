/**
 * Runs on disk. {@link org.quietstar.checkpoint.RunFolder} says what is where in a run's folder,
 * {@link org.quietstar.checkpoint.CheckpointStore} keeps its checkpoints so that a kill at any moment loses none, and
 * {@link org.quietstar.checkpoint.StageEnds} finds the model that a stage ended with.
 *
 * <pre>{@code
 * RunFolder run = RunFolder.existing(Path.of("runs/mine"));
 * var checkpoints = new CheckpointStore(run.path(), run.readConfig().checkpoint());
 * for (CheckpointInfo info : checkpoints.list()) {
 *     long step = info.step();
 * }
 * Checkpoint best = checkpoints.loadModel(true, (path, why) -> {});
 * }</pre>
 */
package org.quietstar.checkpoint;
