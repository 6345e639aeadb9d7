package org.quietstar.runtime;

import java.util.Optional;
import java.util.stream.Stream;

/** The published CUDA backends of ND4J that this project builds with, and the devices that their kernels run on. */
enum CudaKernels {
    /** Machine code for 3.7 to 8.6, of which the last runs on 8.9, too; nothing that could be compiled for another. */
    M2_1("1.0.0-M2.1", "nd4j-cuda-11.6", "cuda", "the Maven profiles cuda and cuda-system", 3.7, 9.0, "3.7 to 8.9"),
    /** Machine code for 3.5 to 8.6, and intermediate code (PTX) of 8.6, which the driver compiles for what is newer. */
    M1_1(
            "1.0.0-M1.1",
            "nd4j-cuda-11.2",
            "cuda-jit",
            "the Maven profile cuda-jit",
            3.5,
            Double.POSITIVE_INFINITY,
            "3.5 and above");

    /** The first compute capability on which machine code for 8.6 does not run. */
    private static final double COMPILED = 9.0;

    private final String nd4j;
    private final String artifact;
    private final String backend;
    private final String profiles;
    private final double first;
    private final double end;
    private final String capabilities;

    CudaKernels(
            String nd4j,
            String artifact,
            String backend,
            String profiles,
            double first,
            double end,
            String capabilities) {
        this.nd4j = nd4j;
        this.artifact = artifact;
        this.backend = backend;
        this.profiles = profiles;
        this.first = first;
        this.end = end;
        this.capabilities = capabilities;
    }

    /** Those of the ND4J that this project was built with. */
    static CudaKernels current() {
        String version = Versions.current().nd4j();
        return Stream.of(values())
                .filter(kernels -> kernels.nd4j.equals(version))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("ND4J " + version + " has no known CUDA kernels"));
    }

    /** The first kernels that run on a device. */
    static Optional<CudaKernels> of(ComputeDevice device) {
        return Stream.of(values()).filter(kernels -> kernels.run(device)).findFirst();
    }

    /** Whether they run on a device. */
    boolean run(ComputeDevice device) {
        return device.isWithin(first, end);
    }

    /** Whether the driver has to compile them before they run on a device. */
    boolean compiledFor(ComputeDevice device) {
        return run(device) && device.isWithin(COMPILED, Double.POSITIVE_INFINITY);
    }

    /** The value of {@code QUIETSTAR_BACKEND} that builds with them. */
    String backend() {
        return backend;
    }

    /** For people: the Maven profiles that build with them. */
    String profiles() {
        return profiles;
    }

    /** For people: what they are and where they run. */
    @Override
    public String toString() {
        return artifact + " " + nd4j + " runs on compute capabilities " + capabilities;
    }
}
