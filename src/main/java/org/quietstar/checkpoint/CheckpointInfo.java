package org.quietstar.checkpoint;

import java.nio.file.Path;
import java.util.OptionalDouble;

/**
 * A checkpoint on the disk.
 *
 * @param path its folder
 * @param step optimiser steps done, counted over all stages
 * @param score as {@link Checkpoint#score}, where it was measured
 */
public record CheckpointInfo(Path path, long step, OptionalDouble score) {}
