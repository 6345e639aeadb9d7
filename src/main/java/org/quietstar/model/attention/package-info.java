/**
 * Attention in the words of its papers: an {@link org.quietstar.model.attention.AttentionPattern} says which rows see
 * which, a {@link org.quietstar.model.attention.ScoreGroup} is the scores against one group of keys, and one
 * {@link org.quietstar.model.attention.JointSoftmax} goes over all groups. A
 * {@link org.quietstar.model.attention.KvCache} has the keys and values that later passes read.
 *
 * <p>Letters of shapes: B sequences, L tokens of a sequence, R rows (one for each token that goes through the decoder), H
 * query heads, KV key/value heads, G = H / KV query heads that share a key/value head, E width of a head, D width of the
 * residual stream; m queries and n keys of one matrix product. Scores are of queries that were divided by √E.
 *
 * <pre>{@code
 * SameDiff sd = SameDiff.create();
 * ModelConfig model = ModelConfig.defaults().withVocabSize(259);
 * AttentionPattern text = TextAttention.causal(sd, model, 8, 64, DataType.FLOAT); // B = 8, L = 64
 * int rows = text.rows(); // R = B·L
 * }</pre>
 */
package org.quietstar.model.attention;
