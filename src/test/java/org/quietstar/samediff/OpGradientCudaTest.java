package org.quietstar.samediff;

/** Each op's gradient in double precision, on the device. */
@OnCuda
final class OpGradientCudaTest extends OpGradientTest {}
