package org.quietstar.train;

import org.junit.jupiter.api.extension.ExtendWith;
import org.quietstar.samediff.ArraysElsewhere;

/** The recorded course of a training, with what a device takes in the place of what the CPU does. */
@ExtendWith(ArraysElsewhere.class)
final class LongTrainingElsewhereTest extends LongTrainingTest {}
