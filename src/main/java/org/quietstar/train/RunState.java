package org.quietstar.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.Checkpoint;
import org.quietstar.checkpoint.RunPosition;
import org.quietstar.config.OptimizerConfig;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;
import org.quietstar.data.DataPosition;
import org.quietstar.data.TextBatches;
import org.quietstar.hub.ModelLoader;
import org.quietstar.model.Parameters;
import org.quietstar.runtime.Versions;
import org.quietstar.tokenizer.Tokenizer;

/** What a checkpoint holds beside arrays, so that its run can continue. */
final class RunState {
    private static final String CONFIG = "config";
    private static final String UPDATES = "updates";
    private static final String DATA = "data";
    private static final String FLOPS = "flops";

    private RunState() {}

    static Map<String, Object> of(
            RunConfig config,
            Tokenizer tokenizer,
            RunPosition position,
            AdamW optimizer,
            SkippedSteps skipped,
            PolicyBalance balance,
            double flops,
            TextBatches data) {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put(CONFIG, Recipes.toYaml(config));
        state.put(ModelLoader.TOKENIZER, tokenizer.fingerprint());
        position.putInto(state);
        state.put(UPDATES, optimizer.updates());
        skipped.putInto(state);
        balance.putInto(state);
        state.put(FLOPS, flops);
        // Everything random is drawn anew in each step from (seed, step), so these two are the generators' whole state.
        state.put("seed", config.seed());
        state.put(DATA, data.position().toMap());
        state.put("versions", Versions.current().asMap());
        return state;
    }

    /** Operations that a run has taken; 0 where the checkpoint of an earlier version does not tell. */
    static double flops(Checkpoint checkpoint) {
        return checkpoint.state().get(FLOPS) instanceof Number count ? count.doubleValue() : 0;
    }

    /** Throws where a run continues without the reward that it was trained with. */
    static void requireReward(Optional<Checkpoint> resumed, boolean given, Path run) {
        boolean had =
                resumed.map(RunPosition::of).filter(RunPosition::ownReward).isPresent();
        if (had && !given) {
            throw new QuietStarException(
                    run + ": this run was trained with a reward of its own, which is not stored with"
                            + " it; give it again (Trainer.setReward)");
        }
    }

    /** Puts the data where the checkpoint left it. */
    static void resume(Checkpoint checkpoint, TextBatches data) {
        @SuppressWarnings("unchecked")
        var position = (Map<String, Object>) checkpoint.state().get(DATA);
        data.restore(DataPosition.fromMap(position));
    }

    /** The optimiser as the checkpoint left it, whose moments it takes over; a new one where there is none. */
    static AdamW optimizer(Optional<Checkpoint> resumed, OptimizerConfig config, Parameters parameters) {
        return resumed.map(checkpoint -> AdamW.resume(
                        config,
                        parameters,
                        checkpoint.optimizer(),
                        ((Number) checkpoint.state().get(UPDATES)).longValue()))
                .orElseGet(() -> AdamW.of(config, parameters));
    }
}
