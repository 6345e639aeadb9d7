package org.quietstar.golden;

import org.quietstar.samediff.OnCuda;

/** The recorded losses, activations and gradients, on the device. */
@OnCuda
final class GoldenCheckCudaTest extends GoldenCheckTest {}
