package org.quietstar.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessorTest {
    @TempDir
    private Path folder;

    @Test
    void readsModelAndVectorFlags() throws IOException {
        Path file = Files.writeString(
                folder.resolve("cpuinfo"),
                "processor\t: 0\nmodel\t\t: 17\nmodel name\t: Some CPU: fast\nflags\t\t: fpu sse4_2 avx fma vmx\n");
        Processor processor = Processor.read(file);
        assertThat(processor.model()).isEqualTo("Some CPU: fast");
        assertThat(processor.vectorFlags()).containsExactly("sse4_2", "avx", "fma");
    }

    @Test
    void namesTheArchitectureWhereTheSystemDoesNotTell() {
        Processor processor = Processor.read(folder.resolve("absent"));
        assertThat(processor.model()).isEqualTo(System.getProperty("os.arch"));
        assertThat(processor.vectorFlags()).isEmpty();
    }
}
