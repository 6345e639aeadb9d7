package org.quietstar.config.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestKeyTest {

    @Test
    void countsEditsAndSwaps() {
        assertThat(NearestKey.distance("steps", "steps")).isZero();
        assertThat(NearestKey.distance("setps", "steps")).isEqualTo(1);
        assertThat(NearestKey.distance("step", "steps")).isEqualTo(1);
        assertThat(NearestKey.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(NearestKey.distance("", "abc")).isEqualTo(3);
        assertThat(NearestKey.distance("Learning_rate", "learningRate")).isZero();
        assertThat(NearestKey.distance("x".repeat(100_000), "y")).isEqualTo(100);
    }

    @Test
    void findsTheNearestOnlyWhereItIsNear() {
        assertThat(NearestKey.close("linaer", List.of("constant", "linear"))).contains("linear");
        assertThat(NearestKey.close("zigzag", List.of("constant", "linear"))).isEmpty();
    }
}
