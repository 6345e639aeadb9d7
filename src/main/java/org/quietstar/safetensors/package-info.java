/**
 * The safetensors file format for ND4J, usable without the rest: {@link org.quietstar.safetensors.SafetensorsWriter} and
 * {@link org.quietstar.safetensors.SafetensorsReader} for one file, {@link org.quietstar.safetensors.ShardedSafetensors}
 * for a set of files with an index. Tensors are read one at a time, so that a file may be larger than the memory.
 *
 * <pre>{@code
 * Path file = Path.of("numbers.safetensors");
 * SafetensorsWriter.write(file, Map.of("ones", Nd4j.ones(2, 3)), Map.of("format", "pt"));
 * try (SafetensorsReader reader = SafetensorsReader.open(file)) {
 *     TensorInfo info = reader.info("ones"); // F32, [2, 3]
 *     INDArray ones = reader.read("ones", DataType.FLOAT);
 * }
 * }</pre>
 */
package org.quietstar.safetensors;
