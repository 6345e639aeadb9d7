package org.quietstar.eval;

import org.junit.jupiter.api.extension.ExtendWith;
import org.quietstar.samediff.ArraysElsewhere;

/** The recorded numbers with one thread, ND4J's own products, and no address of an array. */
@ExtendWith(ArraysElsewhere.class)
final class GoldenCheckElsewhereTest extends GoldenCheckTest {}
