/**
 * Text files to batches of token ids, in one direction and without holding a corpus in memory.
 *
 * <p>Files ({@link org.quietstar.data.TextSources}) are read as documents ({@link org.quietstar.data.TextRecordReader},
 * a DataVec reader), cut into windows of token ids, shuffled and put together, and prepared in the background
 * ({@link org.quietstar.data.TextBatches}, the class to use). Ids are made once, and stay an {@code int[]} until a graph's
 * input takes them ({@link org.quietstar.data.TokenBatch}). Other programs on Deeplearning4j enter by the documents' record
 * reader, or take the batches by a MultiDataSetIterator ({@link org.quietstar.data.TokenBatchIterator}). Each batch knows the {@link
 * org.quietstar.data.DataPosition} behind it; a stream that is set there gives the same batches from then on.
 *
 * <p>More than 20 files, because text has two formats, packing three ways, and each step of the road is one that can be
 * tested alone; only what other packages use is public.
 *
 * <p>Letters: B sequences in a batch, L tokens in a sequence.
 *
 * <pre>{@code
 * DataConfig config = Recipes.load(Path.of("configs/tiny.yaml"), List.of()).lastStage().data();
 * try (Tokenizer tokenizer = new ByteTokenizer();
 *         TextBatches batches = TextBatches.training(config, tokenizer, 42, DataListener.none())) {
 *     int[] ids = batches.next().ids(); // [B·L]
 * }
 * }</pre>
 */
package org.quietstar.data;
