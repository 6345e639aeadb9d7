package org.quietstar.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.quietstar.config.RunConfig;
import org.quietstar.config.RunConfigs;
import org.quietstar.data.DataPosition;
import org.quietstar.data.TextBatches;
import org.quietstar.runtime.Versions;
import org.quietstar.tokenizer.Tokenizer;

/** What a checkpoint holds beside arrays, so that its run can go on. */
final class RunState {
    private static final String CONFIG = "config";
    private static final String STAGE = "stage";
    private static final String STAGE_STEP = "stage_step";
    private static final String UPDATES = "updates";
    private static final String DATA = "data";
    private static final String OWN_REWARD = "own_reward";

    private RunState() {}

    /**
     * Where a run stands.
     *
     * @param stage from 0
     * @param stageStep steps of it that are done
     * @param ownReward whether thoughts are rewarded by a function that is not stored
     */
    record Position(int stage, int stageStep, boolean ownReward) {}

    static Map<String, Object> of(
            RunConfig config,
            Tokenizer tokenizer,
            Position position,
            AdamW optimizer,
            SkippedSteps skipped,
            TextBatches data) {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put(CONFIG, RunConfigs.toYaml(config));
        state.put(ModelState.TOKENIZER, tokenizer.fingerprint());
        state.put(STAGE, position.stage());
        state.put(STAGE_STEP, position.stageStep());
        state.put(OWN_REWARD, position.ownReward());
        state.put(UPDATES, optimizer.updates());
        skipped.putInto(state);
        // Everything random is drawn anew in each step from (seed, step), so these two are the generators' whole state.
        state.put("seed", config.seed());
        state.put(DATA, data.position().toMap());
        state.put("versions", Versions.current().asMap());
        return state;
    }

    static Position position(Checkpoint checkpoint) {
        Map<String, Object> state = checkpoint.state();
        return new Position(
                number(state, STAGE).intValue(),
                number(state, STAGE_STEP).intValue(),
                Boolean.TRUE.equals(state.get(OWN_REWARD)));
    }

    /** Puts data and optimiser where the checkpoint left them. */
    static void goOn(Checkpoint checkpoint, TextBatches data, AdamW optimizer) {
        @SuppressWarnings("unchecked")
        var position = (Map<String, Object>) checkpoint.state().get(DATA);
        data.restore(DataPosition.fromMap(position));
        optimizer.restore(
                checkpoint.optimizer(), number(checkpoint.state(), UPDATES).longValue());
    }

    private static Number number(Map<String, Object> state, String key) {
        return (Number) state.get(key);
    }
}
