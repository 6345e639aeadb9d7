package org.quietstar.thought;

import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.config.LossConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.model.Parameters;

/**
 * What a model with thoughts and its loss consist of.
 *
 * @param bannedIds ids that a thought never contains
 * @param parameters the decoder's and the thoughts', whose arrays are only changed in place
 * @param reward what a {@link LearningStep} rewards thoughts by in place of the likelihood of the text; empty for that
 */
public record QuietStarSetup(
        ModelConfig model,
        ThoughtConfig thought,
        LossConfig loss,
        LossWeights weights,
        ThoughtSizes sizes,
        List<Integer> bannedIds,
        Parameters parameters,
        Optional<RewardFunction> reward) {

    public QuietStarSetup {
        bannedIds = List.copyOf(bannedIds);
    }

    /** With the paper's reward. */
    public QuietStarSetup(
            ModelConfig model,
            ThoughtConfig thought,
            LossConfig loss,
            LossWeights weights,
            ThoughtSizes sizes,
            List<Integer> bannedIds,
            Parameters parameters) {
        this(model, thought, loss, weights, sizes, bannedIds, parameters, Optional.empty());
    }

    DataType type() {
        return parameters.dataType();
    }
}
