package org.quietstar.generate;

import org.quietstar.samediff.OnCuda;

/** Generation with cached keys, on the device. */
@OnCuda
final class GeneratorCudaTest extends GeneratorTest {}
