package org.quietstar.thought;

import org.junit.jupiter.api.extension.ExtendWith;
import org.quietstar.samediff.DevicePath;

/** A learning step as on a device. */
@ExtendWith(DevicePath.class)
final class LearningStepDevicePathTest extends LearningStepTest {}
