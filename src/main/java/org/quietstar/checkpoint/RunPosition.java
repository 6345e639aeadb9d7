package org.quietstar.checkpoint;

import java.util.Map;

/**
 * How far a run had come when a checkpoint was made.
 *
 * @param stage from 0
 * @param stageStep optimiser steps of it that are done
 * @param ownReward whether thoughts are rewarded by a function that is not stored
 */
public record RunPosition(int stage, int stageStep, boolean ownReward) {
    private static final String STAGE = "stage";
    private static final String STAGE_STEP = "stage_step";
    private static final String OWN_REWARD = "own_reward";

    /** Reads it from a checkpoint's state. */
    public static RunPosition of(Checkpoint checkpoint) {
        Map<String, Object> state = checkpoint.state();
        return new RunPosition(
                ((Number) state.get(STAGE)).intValue(),
                ((Number) state.get(STAGE_STEP)).intValue(),
                Boolean.TRUE.equals(state.get(OWN_REWARD)));
    }

    /** Writes it into a checkpoint's state. */
    public void putInto(Map<String, Object> state) {
        state.put(STAGE, stage);
        state.put(STAGE_STEP, stageStep);
        state.put(OWN_REWARD, ownReward);
    }
}
