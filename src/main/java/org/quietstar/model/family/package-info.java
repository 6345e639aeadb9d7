/**
 * Families of decoders, one file each: what differs from the common decoder, and how {@code config.json} and tensors are
 * called in a Hugging Face folder. {@link org.quietstar.model.family.Families#ALL} is the one list of them.
 *
 * <pre>{@code
 * HfConfig json = HfConfig.read(Path.of("models/mine/config.json"));
 * Family family = Families.of(json);
 * ModelConfig model = family.read(json);
 * Map<String, Object> entries = family.write(model);
 * }</pre>
 */
package org.quietstar.model.family;
