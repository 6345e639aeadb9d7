package org.quietstar.runtime;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import org.bytedeco.javacpp.Loader;
import org.nd4j.linalg.api.blas.Blas;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The matrix library as it runs in this process.
 *
 * @param vendor {@code OPENBLAS}, {@code MKL}, {@code CUBLAS} or {@code UNKNOWN}, as ND4J says
 * @param core the core type whose kernels OpenBLAS uses, such as {@code Haswell}; empty for another vendor
 * @param config OpenBLAS's description of itself: version and build options; empty for another vendor
 * @param threads threads of one matrix product
 */
public record BlasInfo(String vendor, String core, String config, int threads) {

    /** The library and, where it has one, the core type: {@code OPENBLAS, core Haswell}. */
    public String label() {
        return core.isEmpty() ? vendor : vendor + ", core " + core;
    }

    /** Loads ND4J's backend, and with it OpenBLAS, when that has not happened yet. */
    public static BlasInfo inForce() {
        Blas blas = Nd4j.factory().blas();
        return new BlasInfo(
                blas.getBlasVendor().name(),
                ask("openblas_get_corename"),
                ask("openblas_get_config"),
                blas.getMaxThreads());
    }

    /** Calls a function without arguments that returns text, which the Java binding of OpenBLAS does not offer. */
    private static String ask(String function) {
        org.bytedeco.javacpp.Pointer address = Loader.addressof(function);
        if (address == null || address.isNull()) {
            return ""; // MKL, or a CUDA backend
        }
        return Function.getFunction(new Pointer(address.address())).invokeString(new Object[0], false);
    }
}
