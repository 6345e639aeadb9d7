package org.quietstar.eval;

/** Is notified of an evaluation's progress. */
public interface EvaluationListener {
    /** So many tokens are scored, of {@code wanted} at most; first of all 0. */
    default void onTokens(int scored, int wanted) {}

    /** Something that the user should know, such as a record that cannot be read. */
    default void onWarning(String message) {}

    /** A listener that ignores everything. */
    static EvaluationListener none() {
        return new EvaluationListener() {};
    }
}
