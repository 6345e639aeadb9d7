package org.quietstar.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class MutedLoadTest {
    private final PrintStream before = System.err;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private PrintStream err;

    @BeforeEach
    void listen() {
        err = new PrintStream(written, true, StandardCharsets.UTF_8);
        System.setErr(err);
    }

    @AfterEach
    void putBack() {
        System.setErr(before);
    }

    @Test
    void thisThreadIsNotHeardAndOthersAre() {
        MutedLoad.quietly(() -> {
            new IllegalStateException("a trace").printStackTrace();
            var other = new Thread(() -> System.err.print("another thread"));
            other.start();
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        System.err.print(" and afterwards");
        assertThat(written.toString(StandardCharsets.UTF_8)).isEqualTo("another thread and afterwards");
    }

    @Test
    void aFailureIsThrownAndTheStreamPutBack() {
        assertThatThrownBy(() -> MutedLoad.quietly(() -> {
                    throw new IllegalStateException("no backend");
                }))
                .hasMessage("no backend");
        assertThat(System.err).isSameAs(err);
    }
}
