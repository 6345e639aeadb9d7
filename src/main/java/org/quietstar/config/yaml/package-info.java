/**
 * The machinery behind recipes: YAML text to a tree that knows its lines ({@link org.quietstar.config.yaml.YamlTree}), the
 * tree to settings whose keys a {@link org.quietstar.config.yaml.Schema} reads off records, and records to YAML again.
 * It knows no setting by name; those stand in the package above.
 *
 * <p>In the order of use: {@code YamlTree} → {@code RecipeReader} → {@code SettingLayers} ← {@code Overrides} (--set), and
 * {@code RecipeWriter} for the way back. {@code UnknownKey} and {@code NearestKey} make the errors helpful.
 *
 * <pre>{@code
 * YamlNode root = YamlTree.read("steps: 5", line -> new Origin.FileLine("x.yaml", line));
 * if (root instanceof YamlNode.Fields fields) {
 *     Origin place = fields.fields().get(0).origin(); // x.yaml:1
 * }
 * }</pre>
 */
package org.quietstar.config.yaml;
