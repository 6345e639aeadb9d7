package org.quietstar.train;

/** Count, mean, deviation and bounds of numbers that come one by one. */
final class Moments {
    long count;
    double sum;
    double squares;
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;

    void add(double x) {
        count++;
        sum += x;
        squares += x * x;
        least = Math.min(least, x);
        most = Math.max(most, x);
    }

    void clear() {
        count = 0;
        sum = 0;
        squares = 0;
        least = Double.POSITIVE_INFINITY;
        most = Double.NEGATIVE_INFINITY;
    }

    double mean() {
        return count == 0 ? 0 : sum / count;
    }

    double deviation() {
        return count == 0 ? 0 : Math.sqrt(Math.max(0, squares / count - mean() * mean()));
    }
}
