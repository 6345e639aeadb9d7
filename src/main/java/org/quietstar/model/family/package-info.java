/**
 * Families of decoders, one file each: what differs from the common decoder, and how {@code config.json} and tensors are
 * called in a Hugging Face folder. {@link org.quietstar.model.family.Families#ALL} is the one list of them.
 */
package org.quietstar.model.family;
