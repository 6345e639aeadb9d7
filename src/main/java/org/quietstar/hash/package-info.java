/**
 * SHA-256 sums, by which files, tokenizers and data are told apart.
 *
 * <pre>{@code
 * String sum = Sha256.of("text".getBytes(java.nio.charset.StandardCharsets.UTF_8)); // 64 hexadecimal digits
 * String file = Sha256.of(Path.of("README.md"));
 * String parts = new Sha256().add(new byte[] {1}).add(new byte[] {2}).hex();
 * }</pre>
 */
package org.quietstar.hash;
