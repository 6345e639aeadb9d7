package org.quietstar.thought;

import org.quietstar.samediff.OnCuda;

/** Tokens that are sampled on the device. */
@OnCuda
final class RolloutCudaTest extends RolloutTest {}
