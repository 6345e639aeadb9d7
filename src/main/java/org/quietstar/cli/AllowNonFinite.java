package org.quietstar.cli;

import org.quietstar.hub.NonFinite;
import picocli.CommandLine.Option;

/** The option that takes weights with NaN or infinite numbers. */
final class AllowNonFinite {
    @Option(
            names = "--allow-nonfinite",
            description =
                    "Takes weights that hold NaN or infinite numbers, which are refused otherwise, to look at what"
                            + " the model does all the same.")
    private boolean allowed;

    NonFinite value() {
        return allowed ? NonFinite.ALLOWED : NonFinite.REFUSED;
    }
}
