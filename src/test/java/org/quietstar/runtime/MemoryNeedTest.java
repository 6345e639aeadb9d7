package org.quietstar.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quietstar.QuietStarException;

class MemoryNeedTest {
    private static MemoryNeed need(long keys) {
        Map<String, Long> parts = new LinkedHashMap<>();
        parts.put("weights", 3L << 30);
        parts.put("keys", keys);
        return new MemoryNeed("Generation", parts);
    }

    @Test
    void theProgramItselfIsCounted() {
        assertThat(need(1L << 30).total()).isEqualTo((4L << 30) + Surroundings.LEAST_PHYSICAL);
    }

    @Test
    void whatDoesNotFitIsRefusedWithTheNumbers() {
        var limits = new MemoryLimits(1L << 30, 1L << 30, 4L << 30, 64L << 30);
        assertThatThrownBy(() -> need(1L << 30).requireFits(limits, "take fewer texts"))
                .isInstanceOf(QuietStarException.class)
                .hasMessage("Generation needs about 4.3 GiB of memory (weights 3.0 GiB, keys 1.0 GiB, program 256 MiB),"
                        + " this process may take 4.0 GiB; take fewer texts");
        assertThatCode(() -> need(1L << 29).requireFits(limits, "")).doesNotThrowAnyException();
    }
}
