package org.quietstar.samediff.plan.run;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_dgemv;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemv;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Calls of the BLAS that ND4J's CPU backend has loaded, on numbers that pointers stand at: C = alpha·A'·B' + beta·C, a prime
 * for "transposed where it says so".
 *
 * @param m rows of C
 * @param n columns of C
 * @param k what is summed over
 */
public record Gemm(int m, int n, int k, double alpha, double beta) {
    /**
     * A matrix.
     *
     * @param numbers a {@link FloatPointer} or {@link DoublePointer}
     * @param leading numbers from one row to the next
     */
    record Matrix(Pointer numbers, boolean transposed, int leading) {
        private int flag() {
            return transposed ? CblasTrans : CblasNoTrans;
        }

        private FloatPointer floats() {
            return (FloatPointer) numbers;
        }

        private DoublePointer doubles() {
            return (DoublePointer) numbers;
        }
    }

    void product(Matrix a, Matrix b, Matrix c) {
        if (c.numbers instanceof DoublePointer) {
            cblas_dgemm(
                    CblasRowMajor,
                    a.flag(),
                    b.flag(),
                    m,
                    n,
                    k,
                    alpha,
                    a.doubles(),
                    a.leading,
                    b.doubles(),
                    b.leading,
                    beta,
                    c.doubles(),
                    c.leading);
        } else {
            cblas_sgemm(
                    CblasRowMajor,
                    a.flag(),
                    b.flag(),
                    m,
                    n,
                    k,
                    (float) alpha,
                    a.floats(),
                    a.leading,
                    b.floats(),
                    b.leading,
                    (float) beta,
                    c.floats(),
                    c.leading);
        }
    }

    /** The same for a single row of A and C: c = alpha·B'ᵀ·a + beta·c, by a product with a vector. */
    void row(Matrix a, Matrix b, Matrix c) {
        int flag = b.transposed ? CblasNoTrans : CblasTrans;
        int rows = b.transposed ? n : k;
        int columns = b.transposed ? k : n;
        if (c.numbers instanceof DoublePointer) {
            cblas_dgemv(
                    CblasRowMajor,
                    flag,
                    rows,
                    columns,
                    alpha,
                    b.doubles(),
                    b.leading,
                    a.doubles(),
                    1,
                    beta,
                    c.doubles(),
                    1);
        } else {
            cblas_sgemv(
                    CblasRowMajor,
                    flag,
                    rows,
                    columns,
                    (float) alpha,
                    b.floats(),
                    b.leading,
                    a.floats(),
                    1,
                    (float) beta,
                    c.floats(),
                    1);
        }
    }
}
