package org.quietstar.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class KernelCompilationTest {
    private static final ComputeDevice H100 = new ComputeDevice(0, "H100", 9, 0, 80L << 30);
    private static final Duration SOON = Duration.ofMillis(1);
    private static final Duration NEVER = Duration.ofDays(1);

    private final List<String> lines = new CopyOnWriteArrayList<>();

    @Test
    void aLongOneIsToldUntilItEnds() {
        var heard = new CountDownLatch(2);
        KernelCompilation.watch(
                H100,
                () -> await(heard),
                line -> {
                    lines.add(line);
                    heard.countDown();
                },
                SOON,
                SOON);
        assertThat(lines).hasSizeGreaterThan(2);
        assertThat(lines.get(0))
                .startsWith(
                        "the driver compiles ND4J's kernels for H100 (device 0, compute capability 9.0, 80.0 GiB): 0 s")
                .contains("kept in ");
        assertThat(lines.get(lines.size() - 1)).startsWith("the kernels are there after ");
    }

    @Test
    void aShortOneIsNot() {
        KernelCompilation.watch(H100, () -> {}, lines::add, NEVER, NEVER);
        assertThat(lines).isEmpty();
    }

    @Test
    void nothingIsThereAfterAFailure() {
        var heard = new CountDownLatch(1);
        assertThatThrownBy(() -> KernelCompilation.watch(
                        H100,
                        () -> {
                            await(heard);
                            throw new IllegalStateException("no kernel image");
                        },
                        line -> {
                            lines.add(line);
                            heard.countDown();
                        },
                        SOON,
                        NEVER))
                .hasMessage("no kernel image");
        assertThat(lines).hasSize(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
