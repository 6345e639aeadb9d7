package org.quietstar.runtime;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.bytedeco.javacpp.Pointer;

/**
 * Memory this process may use, in bytes.
 *
 * @param heapBytes the Java heap's limit
 * @param offHeapBytes JavaCPP's limit on the off-heap memory that it counts
 * @param physicalBytes the resident size at which ND4J throws an OutOfMemoryError; 0 means no limit
 * @param machineBytes the machine's memory, or its control group's share where that is less
 */
public record MemoryLimits(long heapBytes, long offHeapBytes, long physicalBytes, long machineBytes) {

    /** The limits of this process. */
    public static MemoryLimits current() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new MemoryLimits(
                Runtime.getRuntime().maxMemory(),
                Pointer.maxBytes(),
                Pointer.maxPhysicalBytes(),
                system.getTotalMemorySize());
    }

    /** {@code bytes} in GiB. */
    public static double gib(long bytes) {
        return bytes / (1024.0 * 1024.0 * 1024.0);
    }
}
