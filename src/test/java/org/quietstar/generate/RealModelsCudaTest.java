package org.quietstar.generate;

import org.quietstar.samediff.OnCuda;

/** The texts that were recorded on a CPU, on the device. */
@OnCuda
final class RealModelsCudaTest extends RealModelsTest {}
