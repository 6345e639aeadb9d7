package org.quietstar.thought;

import org.junit.jupiter.api.extension.ExtendWith;
import org.quietstar.samediff.DevicePath;

/** The rollout as on a device: tokens are sampled in the graph. */
@ExtendWith(DevicePath.class)
final class RolloutDevicePathTest extends RolloutTest {}
