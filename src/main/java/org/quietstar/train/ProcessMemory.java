package org.quietstar.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Pointer;

/** The most memory that this process has held. */
public final class ProcessMemory {
    private static final double MIB = 1024.0 * 1024.0;

    private ProcessMemory() {}

    /** Peak resident size in MiB; on systems other than Linux the present one. */
    public static double peakMiB() {
        Path status = Path.of("/proc/self/status");
        try {
            if (Files.isReadable(status)) {
                for (String line : Files.readAllLines(status, StandardCharsets.UTF_8)) {
                    if (line.startsWith("VmHWM:")) {
                        return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
                    }
                }
            }
        } catch (IOException e) {
            return Pointer.physicalBytes() / MIB;
        }
        return Pointer.physicalBytes() / MIB;
    }
}
