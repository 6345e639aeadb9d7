package org.quietstar.train;

import org.quietstar.samediff.OnCuda;

/** The recorded course of a training on the CPU, on the device. */
@OnCuda
final class LongTrainingCudaTest extends LongTrainingTest {}
