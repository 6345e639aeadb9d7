package org.quietstar.samediff.plan;

import org.quietstar.samediff.OnCuda;

/** Each op's gradient in double precision, on the device. */
@OnCuda
final class OpGradientCudaTest extends OpGradientTest {}
