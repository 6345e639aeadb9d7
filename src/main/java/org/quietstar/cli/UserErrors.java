package org.quietstar.cli;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.OptionalInt;
import org.quietstar.QuietStarException;
import org.quietstar.runtime.OutOfMemory;

/** What the user can mend, in one line without a trace. */
final class UserErrors {
    private static final String SET_LOCALE = "set LC_ALL=C.UTF-8, or another locale with UTF-8, and start again";

    private UserErrors() {}

    /** Prints what is the user's to mend and gives the exit code; empty where the fault is the program's. */
    static OptionalInt tell(Throwable failure, PrintWriter err) {
        if (failure instanceof QuietStarException) {
            return print(failure.getMessage(), err);
        }
        var memory = OutOfMemory.in(failure);
        if (memory.isPresent()) {
            return print(memory.get().getMessage(), err);
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidPathException invalid) {
                return print(
                        "the name \"" + invalid.getInput() + "\" cannot be a file here (" + invalid.getReason()
                                + "): the" + " locale's encoding is " + encoding() + "; " + SET_LOCALE,
                        err);
            }
        }
        return OptionalInt.empty();
    }

    private static OptionalInt print(String message, PrintWriter err) {
        err.println("quietstar: " + message);
        err.flush();
        return OptionalInt.of(Main.EXIT_USER_ERROR);
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
