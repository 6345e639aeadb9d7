package org.quietstar.golden;

import org.junit.jupiter.api.extension.ExtendWith;
import org.quietstar.samediff.DevicePath;

/** The recorded numbers with one thread, ND4J's own products, and no address of an array. */
@ExtendWith(DevicePath.class)
final class GoldenCheckDevicePathTest extends GoldenCheckTest {}
