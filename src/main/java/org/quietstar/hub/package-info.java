/**
 * Models in Hugging Face's layout, in and out: {@link org.quietstar.hub.ModelFolder} reads and writes a folder with
 * {@code config.json} and safetensors, {@link org.quietstar.hub.ModelExport} turns a checkpoint into such a folder, and
 * {@link org.quietstar.hub.ThoughtFiles} are what Quiet-STaR adds to it. Nothing is fetched from anywhere.
 *
 * <pre>{@code
 * ModelFolder folder = ModelFolder.open(Path.of("models/mine"));
 * ModelConfig sizes = folder.config();
 * try (Parameters parameters = folder.parameters(DataType.FLOAT)) {
 *     long count = parameters.count();
 * }
 * }</pre>
 */
package org.quietstar.hub;
