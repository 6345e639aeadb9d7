/**
 * The settings of a run as immutable records, one for each section of a recipe, and {@link org.quietstar.config.Recipes},
 * which reads, checks and prints recipes. A <em>recipe</em> is the YAML file, a <em>config</em> the records. Each component
 * carries its sentence, range and default ({@link org.quietstar.config.yaml.Key}); a choice is an enum. The machinery that
 * reads YAML is in {@code config.yaml} and knows none of the settings.
 *
 * <pre>{@code
 * RunConfig config = Recipes.load(Path.of("configs/tiny.yaml"), List.of("train.steps=50"));
 * int steps = config.lastStage().train().steps();
 * LossConfig loss = LossConfig.defaults().withPolicyWeight(1).withRewardBaseline(LossConfig.RewardBaseline.BASE);
 * String recipe = Recipes.toYaml(config);
 * }</pre>
 */
package org.quietstar.config;
