package org.quietstar.thought;

import org.junit.jupiter.api.extension.ExtendWith;
import org.quietstar.samediff.ArraysElsewhere;

/** A learning step as on a device. */
@ExtendWith(ArraysElsewhere.class)
final class LearningStepElsewhereTest extends LearningStepTest {}
