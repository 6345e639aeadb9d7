package org.quietstar.thought;

import org.quietstar.samediff.OnCuda;

/** The whole loss's gradient in double precision, on the device. */
@OnCuda
final class LossGradientCudaTest extends LossGradientTest {}
