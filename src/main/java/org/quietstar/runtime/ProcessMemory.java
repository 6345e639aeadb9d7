package org.quietstar.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Pointer;

/** How much memory this process holds, in MiB. */
public final class ProcessMemory {
    private static final double MIB = 1024.0 * 1024.0;
    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessMemory() {}

    /** Most that was ever resident; on systems other than Linux, what is now. */
    public static double peakMiB() {
        return status("VmHWM:");
    }

    /** What is resident now: heap, arrays outside it, and the libraries. */
    public static double residentMiB() {
        return status("VmRSS:");
    }

    /** What the Java heap holds now, garbage included. */
    public static double heapMiB() {
        Runtime runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) / MIB;
    }

    private static double status(String key) {
        if (Files.isReadable(STATUS)) {
            try {
                for (String line : Files.readAllLines(STATUS, StandardCharsets.UTF_8)) {
                    if (line.startsWith(key)) {
                        return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
                    }
                }
            } catch (IOException e) {
                return Pointer.physicalBytes() / MIB;
            }
        }
        return Pointer.physicalBytes() / MIB;
    }
}
