package org.quietstar.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quietstar.QuietStarException;

/** What ND4J needs, looked at before it is loaded. */
class SurroundingsTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"20m", "255m", "1000k", "100", "20M"})
    void tooLittleMemoryIsRefusedWithTheVariable(String limit) {
        assertThatThrownBy(() -> Surroundings.requireMemory(limit))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll("QUIETSTAR_PHYSICAL=" + limit, "256m");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "256m", "1g", "2T", "what"})
    void otherMemoryIsNot(String limit) {
        assertThatCode(() -> Surroundings.requireMemory(limit)).doesNotThrowAnyException();
    }

    @Test
    void theFirstFolderThatCanBeWrittenToIsTaken() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        Path no = file.resolve("cache");
        Path yes = folder.resolve("a/cache");
        assertThat(Surroundings.requireFolder(List.of(no, yes))).isEqualTo(yes);
        assertThat(yes).isDirectory();
        assertThatThrownBy(() -> Surroundings.requireFolder(List.of(no)))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContainingAll(no.toString(), "QUIETSTAR_CACHE");
    }

    @Test
    void memoryThatRanOutIsToldWithItsNumbers() {
        var deep = new IllegalStateException(new OutOfMemoryError("Physical memory usage is too high"));
        assertThat(OutOfMemory.in(deep))
                .hasValueSatisfying(e -> assertThat(e)
                        .hasMessageContainingAll(
                                "QUIETSTAR_HEAP", "QUIETSTAR_OFFHEAP", "QUIETSTAR_PHYSICAL", "MiB", "data.batchSize"));
        assertThat(OutOfMemory.in(new IllegalStateException("other"))).isEmpty();
    }
}
