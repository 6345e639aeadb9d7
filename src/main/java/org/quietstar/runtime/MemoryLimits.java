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
 * @param deviceBytes what is free on the CUDA device that the arrays lie on; 0 where they lie in the machine's memory
 */
public record MemoryLimits(long heapBytes, long offHeapBytes, long physicalBytes, long machineBytes, long deviceBytes) {

    /** Limits of a process that runs on the CPU. */
    public MemoryLimits(long heapBytes, long offHeapBytes, long physicalBytes, long machineBytes) {
        this(heapBytes, offHeapBytes, physicalBytes, machineBytes, 0);
    }

    /** The limits of this process on what its backend executes on. */
    public static MemoryLimits current(Backend backend) {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new MemoryLimits(
                Runtime.getRuntime().maxMemory(),
                Pointer.maxBytes(),
                Pointer.maxPhysicalBytes(),
                system.getTotalMemorySize(),
                backend.deviceBytes());
    }

    /**
     * Bytes that this process may take: the machine's or its control group's, or ND4J's own limit where that is less; or a
     * CUDA device's where that is less still, since M2.1 keeps a copy of each array that has views in the machine's memory.
     */
    public long available() {
        long machine = physicalBytes > 0 ? Math.min(physicalBytes, machineBytes) : machineBytes;
        return deviceBytes > 0 ? Math.min(machine, deviceBytes) : machine;
    }

    /** {@code bytes} in GiB. */
    public static double gib(long bytes) {
        return bytes / (1024.0 * 1024.0 * 1024.0);
    }
}
