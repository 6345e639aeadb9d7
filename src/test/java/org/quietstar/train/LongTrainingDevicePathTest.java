package org.quietstar.train;

import org.junit.jupiter.api.extension.ExtendWith;
import org.quietstar.samediff.DevicePath;

/** The recorded course of a training, with what a device takes in the place of what the CPU does. */
@ExtendWith(DevicePath.class)
final class LongTrainingDevicePathTest extends LongTrainingTest {}
