/**
 * Text that the project makes itself from a seed, so that it can be tried without downloading anything.
 *
 * <pre>{@code
 * var dataset = new SyntheticDataset(World.Family.HOUSE, 42, 2000, 100);
 * dataset.write(Path.of("datasets/mine"));
 * RunConfig recipe = QuietStar.config(
 *         Path.of("configs/tiny.yaml"), "data.train=datasets/mine/" + SyntheticDataset.TRAIN_FILE);
 * }</pre>
 */
package org.quietstar.data.synthetic;
