package org.quietstar.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quietstar.runtime.Speed.Product;

class SpeedTest {
    @Test
    void thePeakIsTheFastestShapesAndTheMedianTheMiddleOnes() {
        var speed = new Speed(List.of(new Product("a", 90), new Product("b", 210), new Product("c", 150)), 10);
        assertThat(speed.peakGflops()).isEqualTo(210);
        assertThat(speed.medianGflops()).isEqualTo(150);
    }
}
