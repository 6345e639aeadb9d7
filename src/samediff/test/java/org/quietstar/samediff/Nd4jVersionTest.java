package org.quietstar.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class Nd4jVersionTest {
    @Test
    void theVersionInUseIsFoundAndKnown() {
        assertThat(Nd4jVersion.found()).isPresent().get().isIn(Nd4jVersion.KNOWN);
        Nd4jVersion.require();
    }

    @Test
    void anotherVersionIsRefusedByName() {
        assertThatThrownBy(() -> Nd4jVersion.require("1.0.0-beta7"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1.0.0-M2.1 and 1.0.0-M1.1")
                .hasMessageContaining("1.0.0-beta7");
    }
}
