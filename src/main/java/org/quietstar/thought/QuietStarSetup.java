package org.quietstar.thought;

import java.util.List;
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
 */
public record QuietStarSetup(
        ModelConfig model,
        ThoughtConfig thought,
        LossConfig loss,
        LossWeights weights,
        ThoughtSizes sizes,
        List<Integer> bannedIds,
        Parameters parameters) {

    public QuietStarSetup {
        bannedIds = List.copyOf(bannedIds);
    }

    DataType type() {
        return parameters.dataType();
    }
}
