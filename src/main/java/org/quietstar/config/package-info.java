/**
 * One YAML file per run, bound to immutable records: {@link org.quietstar.config.RunConfigs} reads, checks and prints
 * them. Each section is a record whose components carry their documentation ({@link org.quietstar.config.Key}).
 *
 * <pre>{@code
 * RunConfig config = RunConfigs.load(Path.of("configs/tiny.yaml"), List.of("train.steps=50"));
 * int steps = config.stages().get(0).train().steps();
 * String resolved = RunConfigs.toYaml(config);
 * }</pre>
 */
package org.quietstar.config;
