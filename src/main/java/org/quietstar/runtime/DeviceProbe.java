package org.quietstar.runtime;

import java.util.List;

/** What ND4J's backends can find on this machine, known before ND4J loads one of them. */
interface DeviceProbe {
    /** Whether ND4J's CUDA backend is on the class path. */
    boolean hasBackend();

    /** The kernels of the CUDA backend that this project is built with. */
    CudaKernels kernels();

    /** Whether ND4J prefers the CPU though its CUDA backend is there, too. */
    boolean prefersCpu();

    /** The devices that the CUDA runtime shows, the one that is used first; empty where it shows none. */
    List<ComputeDevice> list();

    /** Why the list is empty. */
    String problem();

    /** The newest CUDA version that the driver knows, {@code 12.2}; empty where nothing is known. */
    String driver();

    /** Free memory of the first device; 0 where there is none. */
    long freeBytes();
}
