package org.quietstar.generate;

import org.junit.jupiter.api.extension.ExtendWith;
import org.quietstar.samediff.ArraysElsewhere;

/** Generation as on a device: keys and logits are copied by ND4J. */
@ExtendWith(ArraysElsewhere.class)
final class GeneratorElsewhereTest extends GeneratorTest {}
