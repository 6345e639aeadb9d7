package org.quietstar.thought;

import org.junit.jupiter.api.extension.ExtendWith;
import org.quietstar.samediff.ArraysElsewhere;

/** The rollout as on a device: tokens are drawn in the graph. */
@ExtendWith(ArraysElsewhere.class)
final class RolloutElsewhereTest extends RolloutTest {}
