package org.quietstar.generate;

import org.junit.jupiter.api.extension.ExtendWith;
import org.quietstar.samediff.DevicePath;

/** Generation as on a device: keys and logits are copied by ND4J. */
@ExtendWith(DevicePath.class)
final class GeneratorDevicePathTest extends GeneratorTest {}
