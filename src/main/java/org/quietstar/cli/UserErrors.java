package org.quietstar.cli;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.Optional;
import org.quietstar.QuietStarException;
import org.quietstar.runtime.OutOfMemory;

/** What the user can mend, in one line without a trace. */
final class UserErrors {
    private static final String SET_LOCALE = "set LC_ALL=C.UTF-8, or another locale with UTF-8, and start again";

    private UserErrors() {}

    /** Prints what is the user's to fix and gives the exit code; throws the failure where the fault is the program's. */
    static <E extends Throwable> int tellOrThrow(E failure, PrintWriter err) throws E {
        String message = message(failure).orElseThrow(() -> failure);
        err.println("quietstar: " + message);
        err.flush();
        return Main.EXIT_USER_ERROR;
    }

    private static Optional<String> message(Throwable failure) {
        if (failure instanceof QuietStarException) {
            return Optional.of(failure.getMessage());
        }
        var memory = OutOfMemory.in(failure);
        if (memory.isPresent()) {
            return memory.map(QuietStarException::getMessage);
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidPathException invalid) {
                return Optional.of("the name \"" + invalid.getInput() + "\" cannot be a file here ("
                        + invalid.getReason() + "): the locale's encoding is " + encoding() + "; " + SET_LOCALE);
            }
        }
        return Optional.empty();
    }

    /**
     * Throws where the JVM could not decode the arguments: it has put U+FFFD in place of each byte then.
     *
     * @throws QuietStarException that names the locale
     */
    static void requireReadable(String... args) {
        for (String arg : args) {
            if (arg.indexOf('\uFFFD') >= 0 && !encoding().equals(StandardCharsets.UTF_8)) {
                throw new QuietStarException("the argument \"" + arg + "\" was not given in the locale's encoding, "
                        + encoding() + "; " + SET_LOCALE);
            }
        }
    }

    /** What the JVM decodes arguments and file names with. */
    private static Charset encoding() {
        return Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
    }
}
