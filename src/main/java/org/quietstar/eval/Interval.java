package org.quietstar.eval;

/** A 95 % confidence interval. */
public record Interval(double lower, double upper) {

    public Interval {
        if (!(lower <= upper)) {
            throw new IllegalArgumentException("interval [" + lower + ", " + upper + "] ends before it begins");
        }
    }
}
