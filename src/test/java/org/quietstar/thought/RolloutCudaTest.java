package org.quietstar.thought;

import org.quietstar.samediff.OnCuda;

/** Tokens that are drawn on the device. */
@OnCuda
final class RolloutCudaTest extends RolloutTest {}
