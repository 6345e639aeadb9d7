package org.quietstar.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The processor as its operating system describes it.
 *
 * @param model the model's name; the architecture where the system does not say
 * @param threads hardware threads this process may use, its control group's quota taken into account
 * @param vectorFlags the flags that decide the speed of a matrix product, such as {@code avx2} and {@code avx512f}; empty
 *     where the system does not say
 */
public record Processor(String model, int threads, List<String> vectorFlags) {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    public Processor {
        vectorFlags = List.copyOf(vectorFlags);
    }

    /** The processor of this machine. */
    public static Processor current() {
        return read(CPU_INFO);
    }

    /** The processor that a file in the format of Linux's {@code /proc/cpuinfo} describes. */
    static Processor read(Path cpuInfo) {
        List<String> lines;
        try {
            lines = Files.readAllLines(cpuInfo, StandardCharsets.UTF_8);
        } catch (IOException e) {
            lines = List.of(); // not Linux
        }
        String model = value(lines, "model name").orElse(System.getProperty("os.arch"));
        List<String> flags = Stream.of(value(lines, "flags").orElse("").split(" "))
                .filter(flag -> flag.startsWith("sse4") || flag.startsWith("avx") || flag.equals("fma"))
                .toList();
        return new Processor(model, Runtime.getRuntime().availableProcessors(), flags);
    }

    private static Optional<String> value(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key) && line.indexOf(':') >= 0)
                .filter(line -> line.substring(0, line.indexOf(':')).strip().equals(key))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }
}
