package org.quietstar.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

final class BlasInfoTest {
    @Test
    void openBlasTellsItsCoreType() {
        BlasInfo blas = BlasInfo.inForce();
        assumeTrue(blas.vendor().equals("OPENBLAS"), "another BLAS: " + blas.vendor());
        assertThat(blas.core()).isNotBlank();
        assertThat(blas.config()).startsWith("OpenBLAS ").contains(blas.core());
        assertThat(blas.threads()).isPositive();
        String chosen = System.getenv("OPENBLAS_CORETYPE");
        if (chosen != null) {
            assertThat(blas.core()).isEqualToIgnoringCase(chosen);
        }
    }

    @Test
    void onlyOpenBlasHasACoreToName() {
        assertThat(new BlasInfo("OPENBLAS", "Zen", "OpenBLAS 0.3.19", 2).label())
                .isEqualTo("OPENBLAS, core Zen");
        assertThat(new BlasInfo("MKL", "", "", 2).label()).isEqualTo("MKL");
    }
}
