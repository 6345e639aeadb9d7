package org.quietstar.train;

import org.quietstar.config.ModelConfig;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.data.DataListener;
import org.quietstar.data.TextBatches;
import org.quietstar.runtime.Backend;
import org.quietstar.runtime.MemoryLimits;
import org.quietstar.thought.TokenRules;
import org.quietstar.tokenizer.Tokenizer;

/** Looks at what every stage will need before the first step: what is missing hours later is missing now. */
final class PreflightChecks {
    private PreflightChecks() {}

    /**
     * Checks that the run fits into the memory of the backend that it asks for, before any of it is allocated.
     *
     * @throws org.quietstar.QuietStarException that says what it needs
     */
    static void checkMemory(RunConfig config, Tokenizer tokenizer) {
        MemoryPlan.of(config, tokenizer.vocabSize())
                .requireFits(
                        config,
                        MemoryLimits.current(Backend.require(config.backend().word())));
    }

    /**
     * Checks that the text, or the questions, of all stages can be found and opened, and that banned ids are ids,
     * and that there is something to train.
     *
     * @throws org.quietstar.QuietStarException that names the key and what is missing
     */
    static void check(RunConfig config, Tokenizer tokenizer, ModelConfig model) {
        for (StageConfig stage : config.stages()) {
            TrainableParameters.shapes(stage, model);
            TokenRules.of(stage.thought(), tokenizer, model);
            if (stage.isStar()) {
                RationaleWriter.task(stage);
            } else if (stage.train().steps() > 0) {
                TextBatches.training(stage.data(), tokenizer, config.seed(), DataListener.none())
                        .close();
            }
            if (stage.data().holdsOut()) {
                TextBatches.validation(stage.data(), tokenizer, config.seed(), DataListener.none())
                        .close();
            }
        }
    }
}
