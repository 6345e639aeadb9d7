package org.quietstar;

/**
 * Something that the user can fix: bad input, a bad setting, a damaged file. The message is complete: it
 * names the file, the line or key, the value found, what is allowed, and the way out. The command line prints it without
 * a stack trace and exits with code 2.
 */
public class QuietStarException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public QuietStarException(String message) {
        super(message);
    }

    public QuietStarException(String message, Throwable cause) {
        super(message, cause);
    }
}
