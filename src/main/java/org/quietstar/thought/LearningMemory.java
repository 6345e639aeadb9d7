package org.quietstar.thought;

import java.util.Arrays;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.DecoderParameters;

/**
 * Bytes that a {@link LearningStep} will take, from sizes alone: nothing is allocated and nothing is computed.
 *
 * <p>{@link #activations} is exact: it is counted from the list that is allocated later. {@link #buffers} is an estimate of
 * the memory that the step's plans share, which is what the largest of them needs. With R rows in all, N = B·L of text,
 * M·B·P·L that predict after a thought, F the feed-forward width, numbers are:
 *
 * <ul>
 *   <li>backward pass: gradients of what is trained; of one layer at a time its feed-forward part 3·R·F, the scores of
 *       the blocks with the text S·B·P·L·H·L twice in place of two of the former where they are larger, and 5.5·R·D;
 *   <li>likelihoods: logits (N + M·B·P·L)·V, 8·(N + M·B·P·L)·D, and twice the output head where it is trained;
 *   <li>policy: logits n·V of n rows at a time, 3·n·D, and the head or n·D where the head is trained;
 *   <li>sampling: 2·B·P·L·V.
 * </ul>
 *
 * The factors are how many arrays of that size live at the same time; they were read off planned graphs, and MemoryPlanTest
 * holds them within 15 % of such. Making the graphs of a decoder of 32 layers takes nine seconds on two cores, too long for
 * an estimate that comes before every run.
 */
public final class LearningMemory {
    private LearningMemory() {}

    /** Bytes of the activations that are kept from the forward for the backward pass, and of the hidden states' gradient. */
    public static long activations(ModelConfig model, ThoughtLayout sizes, DataType type) {
        return ActivationStore.bytesForLearning(model, sizes, type)
                + (long) sizes.rows() * model.hiddenSize() * type.width();
    }

    /** Bytes of the activations that are kept where text is scored only, as held-out text is. */
    public static long keptForScoring(ModelConfig model, ThoughtLayout sizes, DataType type) {
        return ActivationStore.bytesForScoring(model, sizes, type);
    }

    /**
     * Bytes of the buffers where text is scored, estimated: three arrays of the base's logits, from which other
     * temperatures are read, or what a layer makes of the slots that are teacher forced.
     */
    public static long scoringBuffers(ModelConfig model, ThoughtLayout sizes, DataType type) {
        long d = model.hiddenSize();
        long logits = sizes.textRows() * (3L * model.vocabSize() + 2 * d);
        long scores = (long) model.heads() * sizes.length();
        long slots = (long) (sizes.lookahead() + 1) * sizes.slotRows();
        long layer = slots * Math.max(2L * model.intermediateSize() + 2 * d, scores + 6 * d);
        return Math.max(logits, layer) * type.width();
    }

    /**
     * Bytes of the buffers of a {@link ThoughtTeacher}, estimated: two arrays of logits after thoughts and two of their
     * means, or what scoring takes for a layer.
     */
    public static long teacherBuffers(ModelConfig model, ThoughtLayout sizes, DataType type) {
        long logits = 2L * (sizes.slotRows() + (long) sizes.textRows()) * model.vocabSize() * type.width();
        return Math.max(logits, scoringBuffers(model, sizes, type));
    }

    /**
     * Bytes of the shared buffers, estimated.
     *
     * @param trained shapes of the parameters whose gradients are wanted, by name
     */
    public static long buffers(ModelConfig model, ThoughtLayout sizes, Map<String, long[]> trained, DataType type) {
        long likelihoods = likelihoods(model, sizes, trained);
        long sampling = 2L * sizes.slotRows() * model.vocabSize();
        long largest = Math.max(
                Math.max(likelihoods, sampling),
                Math.max(policy(model, sizes, trained), backward(model, sizes, trained)));
        return largest * type.width();
    }

    private static long backward(ModelConfig model, ThoughtLayout sizes, Map<String, long[]> trained) {
        long rows = sizes.rows();
        long feedForward = rows * model.intermediateSize();
        long scores = (long) sizes.slots() * sizes.slotRows() * model.heads() * sizes.length();
        long gradients = trained.entrySet().stream()
                .filter(entry -> !behindDecoder(model, entry.getKey()))
                .mapToLong(entry -> elements(entry.getValue()))
                .sum();
        return gradients + 2 * Math.max(feedForward, scores) + feedForward + rows * model.hiddenSize() * 11 / 2;
    }

    /** Whether a parameter's gradient is known before the pass through the decoder begins. */
    private static boolean behindDecoder(ModelConfig model, String name) {
        boolean head = name.equals(DecoderParameters.head(model)) && !model.tiedEmbeddings();
        return head || ThoughtParameters.isMixingHead(name);
    }

    private static long likelihoods(ModelConfig model, ThoughtLayout sizes, Map<String, long[]> trained) {
        long rows = sizes.textRows() + (long) sizes.lookahead() * sizes.slotRows();
        return rows * (model.vocabSize() + 8L * model.hiddenSize()) + 2 * head(model, trained);
    }

    private static long policy(ModelConfig model, ThoughtLayout sizes, Map<String, long[]> trained) {
        long rows = ReinforceGradient.rowsAtOnce(model, sizes);
        long hidden = rows * model.hiddenSize();
        long head = head(model, trained);
        return rows * model.vocabSize() + 3 * hidden + (head > 0 ? Math.max(head, hidden) : 0);
    }

    /** Numbers in the output head's gradient; 0 where it is not wanted. */
    private static long head(ModelConfig model, Map<String, long[]> trained) {
        return trained.containsKey(DecoderParameters.head(model)) ? (long) model.vocabSize() * model.hiddenSize() : 0;
    }

    private static long elements(long... shape) {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }
}
