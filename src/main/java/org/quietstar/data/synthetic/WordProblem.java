package org.quietstar.data.synthetic;

/**
 * A short problem in plain words whose answer needs several intermediate steps.
 *
 * @param question the problem, ending in a question mark
 * @param steps the sums that lead to the answer, such as {@code 3+4=7. 7-2=5.}
 * @param answer the last result, in digits
 * @param showsSteps whether the steps are part of the text
 */
public record WordProblem(String question, String steps, String answer, boolean showsSteps) {
    /** The document: lower-case ASCII, 60 to 200 bytes. */
    public String text() {
        return "q: " + question + (showsSteps ? " " + steps : "") + " a: " + answer + ".";
    }
}
