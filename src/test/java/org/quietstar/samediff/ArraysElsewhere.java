package org.quietstar.samediff;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Takes the tests of a class the way that they go on a device, where arrays do not lie in host memory. */
public final class ArraysElsewhere implements BeforeAllCallback, AfterAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) {
        HostMemory.pretendElsewhere(true);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        HostMemory.pretendElsewhere(false);
    }
}
