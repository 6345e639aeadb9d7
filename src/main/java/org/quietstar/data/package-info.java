/**
 * Text files to batches of token ids, in one direction and without holding a corpus in memory.
 *
 * <p>Files ({@link org.quietstar.data.TextSources}) are read as documents ({@link org.quietstar.data.TextRecordReader},
 * a DataVec reader), cut into windows of L token ids ({@link org.quietstar.data.WindowRecordReader}), shuffled and put
 * together ({@link org.quietstar.data.TokenBatchIterator}, a MultiDataSetIterator) and prepared in the background
 * ({@link org.quietstar.data.TextBatches}, the class to use). Each batch knows the {@link
 * org.quietstar.data.DataPosition} behind it; a stream that is set there gives the same batches from then on.
 *
 * <p>Letters: B sequences in a batch, L tokens in a sequence.
 *
 * <pre>{@code
 * DataConfig config = Recipes.load(Path.of("configs/tiny.yaml"), List.of()).lastStage().data();
 * try (Tokenizer tokenizer = new ByteTokenizer();
 *         TextBatches batches = TextBatches.training(config, tokenizer, 42, DataListener.none())) {
 *     MicroBatch first = MicroBatch.of(batches.next(), tokenizer.padId());
 *     int[] ids = first.ids(); // [B·L]
 * }
 * }</pre>
 */
package org.quietstar.data;
