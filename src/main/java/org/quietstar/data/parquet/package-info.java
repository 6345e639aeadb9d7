/**
 * Reads one column of a Parquet file, row by row, as JSON values, from any row on. Usable alone: it knows nothing of
 * documents. The library underneath is Apache Parquet's own, without Hadoop.
 *
 * <pre>{@code
 * try (ParquetRows rows = ParquetRows.open(Path.of("stories.parquet"), "text", 0)) {
 *     for (var value = rows.next(); value.isPresent(); value = rows.next()) {
 *         String text = value.get().asText();
 *     }
 * }
 * }</pre>
 */
package org.quietstar.data.parquet;
