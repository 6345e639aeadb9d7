/**
 * The decoder as a SameDiff graph: {@link org.quietstar.model.Decoder} is the one definition of its layers, and an
 * {@link org.quietstar.model.attention.AttentionPattern} says who may attend to whom.
 *
 * <p>Shapes are written with these letters: B sequences in a batch, L text tokens in a sequence, P thoughts of a
 * position, T sampled tokens in a thought, M true tokens predicted after it, S tokens in a thought block
 * (1 + T + 1 + M − 1), D hidden size, V vocabulary size; R rows of a graph (one for each token that goes through the
 * decoder), H query heads, KV key/value heads, G = H / KV query heads that share a key/value head, E width of a head.
 *
 * <pre>{@code
 * ModelConfig model = ModelConfig.defaults().withVocabSize(259);
 * Parameters parameters = DecoderParameters.random(model, DataType.FLOAT, 42);
 * var graph = new LanguageModelGraph(model, 8, 64, parameters); // B = 8, L = 64
 * SDVariable logits = graph.graph().getVariable(LanguageModelGraph.LOGITS); // [B·L, V]
 * }</pre>
 */
package org.quietstar.model;
