package org.quietstar.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Reverse-mode differentiation of vectors in plain Java, in double precision: every operation notes how its result's
 * derivative goes back to its operands, and {@link #backward} reads the notes from the last to the first. It shares no
 * line with what it is held against, and uses {@link StrictMath}, so that its numbers are the same everywhere.
 */
final class Tape {
    private final List<Vec> vectors = new ArrayList<>();
    private final List<Runnable> notes = new ArrayList<>();

    /** Numbers, and the derivative of a scalar with respect to each of them. */
    static final class Vec {
        final double[] value;
        final double[] gradient;

        private Vec(double... value) {
            this.value = value;
            this.gradient = new double[value.length];
        }

        int size() {
            return value.length;
        }

        double scalar() {
            return value[0];
        }
    }

    /** A parameter or a constant. */
    Vec leaf(double... value) {
        var vec = new Vec(value);
        vectors.add(vec);
        return vec;
    }

    private Vec noted(Vec result, Runnable note) {
        notes.add(note);
        return result;
    }

    /** Derivatives of a scalar with respect to everything on the tape; those of an earlier call are forgotten. */
    void backward(Vec scalar) {
        vectors.forEach(vec -> Arrays.fill(vec.gradient, 0));
        scalar.gradient[0] = 1;
        for (int i = notes.size() - 1; i >= 0; i--) {
            notes.get(i).run();
        }
    }

    /** Row {@code row} of a table [., width]. */
    Vec row(Vec table, int row, int width) {
        Vec y = leaf(Arrays.copyOfRange(table.value, row * width, (row + 1) * width));
        return noted(y, () -> addTo(table.gradient, row * width, y.gradient, 0, width, 1));
    }

    /** W·x, with W stored row by row. */
    Vec times(Vec w, Vec x) {
        int n = x.size();
        Vec y = leaf(new double[w.size() / n]);
        for (int i = 0; i < y.size(); i++) {
            y.value[i] = dot(w.value, i * n, x.value, 0, n);
        }
        return noted(y, () -> {
            for (int i = 0; i < y.size(); i++) {
                addTo(w.gradient, i * n, x.value, 0, n, y.gradient[i]);
                addTo(x.gradient, 0, w.value, i * n, n, y.gradient[i]);
            }
        });
    }

    /** a·x + b·y with constants a and b. */
    Vec sum(double a, Vec x, double b, Vec y) {
        Vec z = leaf(new double[x.size()]);
        for (int i = 0; i < z.size(); i++) {
            z.value[i] = a * x.value[i] + b * y.value[i];
        }
        return noted(z, () -> {
            addTo(x.gradient, 0, z.gradient, 0, z.size(), a);
            addTo(y.gradient, 0, z.gradient, 0, z.size(), b);
        });
    }

    /** Elementwise product; a factor of one number goes with all of the other's. */
    Vec product(Vec x, Vec y) {
        Vec z = leaf(new double[Math.max(x.size(), y.size())]);
        for (int i = 0; i < z.size(); i++) {
            z.value[i] = x.value[i % x.size()] * y.value[i % y.size()];
        }
        return noted(z, () -> {
            for (int i = 0; i < z.size(); i++) {
                x.gradient[i % x.size()] += z.gradient[i] * y.value[i % y.size()];
                y.gradient[i % y.size()] += z.gradient[i] * x.value[i % x.size()];
            }
        });
    }

    /** f of each number, whose derivative at x is {@code slope(x)}. */
    Vec map(Vec x, DoubleUnaryOperator f, DoubleUnaryOperator slope) {
        Vec y = leaf(Arrays.stream(x.value).map(f).toArray());
        return noted(y, () -> {
            for (int i = 0; i < y.size(); i++) {
                x.gradient[i] += y.gradient[i] * slope.applyAsDouble(x.value[i]);
            }
        });
    }

    Vec scaled(double a, Vec x) {
        return map(x, v -> a * v, v -> a);
    }

    Vec relu(Vec x) {
        return map(x, v -> Math.max(v, 0), v -> v > 0 ? 1 : 0);
    }

    static double logistic(double v) {
        return 1 / (1 + StrictMath.exp(-v));
    }

    Vec sigmoid(Vec x) {
        return map(x, Tape::logistic, v -> logistic(v) * (1 - logistic(v)));
    }

    /** x·σ(x) */
    Vec silu(Vec x) {
        return map(x, v -> v * logistic(v), v -> logistic(v) * (1 + v * (1 - logistic(v))));
    }

    /** One after the other. */
    Vec joined(Vec x, Vec y) {
        Vec z = leaf(Arrays.copyOf(x.value, x.size() + y.size()));
        System.arraycopy(y.value, 0, z.value, x.size(), y.size());
        return noted(z, () -> {
            addTo(x.gradient, 0, z.gradient, 0, x.size(), 1);
            addTo(y.gradient, 0, z.gradient, x.size(), y.size(), 1);
        });
    }

    /** x / √(mean x² + ε) · weight */
    Vec rmsNorm(Vec x, Vec weight, double epsilon) {
        int n = x.size();
        double inverse = 1 / StrictMath.sqrt(dot(x.value, 0, x.value, 0, n) / n + epsilon);
        Vec y = leaf(new double[n]);
        for (int i = 0; i < n; i++) {
            y.value[i] = x.value[i] * inverse * weight.value[i];
        }
        return noted(y, () -> {
            double along = 0;
            for (int i = 0; i < n; i++) {
                along += y.gradient[i] * weight.value[i] * x.value[i];
                weight.gradient[i] += y.gradient[i] * x.value[i] * inverse;
            }
            for (int i = 0; i < n; i++) {
                x.gradient[i] += inverse * y.gradient[i] * weight.value[i]
                        - inverse * inverse * inverse * along / n * x.value[i];
            }
        });
    }

    /** Turns the halves of each head of {@code width} numbers against each other by the angles of a position. */
    Vec rotated(Vec x, int width, int position, double theta) {
        int half = width / 2;
        Vec y = leaf(new double[x.size()]);
        double[] cos = new double[half];
        double[] sin = new double[half];
        for (int i = 0; i < half; i++) {
            double angle = position * StrictMath.pow(theta, -2.0 * i / width);
            cos[i] = StrictMath.cos(angle);
            sin[i] = StrictMath.sin(angle);
        }
        for (int head = 0; head < x.size(); head += width) {
            for (int i = 0; i < half; i++) {
                double a = x.value[head + i];
                double b = x.value[head + half + i];
                y.value[head + i] = a * cos[i] - b * sin[i];
                y.value[head + half + i] = b * cos[i] + a * sin[i];
            }
        }
        return noted(y, () -> {
            for (int head = 0; head < x.size(); head += width) {
                for (int i = 0; i < half; i++) {
                    double a = y.gradient[head + i];
                    double b = y.gradient[head + half + i];
                    x.gradient[head + i] += a * cos[i] + b * sin[i];
                    x.gradient[head + half + i] += b * cos[i] - a * sin[i];
                }
            }
        });
    }

    /** softmax(q·k / √width) over all keys, times the values; a key's head serves several of the query's. */
    Vec attend(Vec query, List<Vec> keys, List<Vec> values, int width) {
        int shared = query.size() / keys.get(0).size();
        List<Vec> seen = List.copyOf(keys);
        List<Vec> read = List.copyOf(values);
        double scale = 1 / StrictMath.sqrt(width);
        Vec y = leaf(new double[query.size()]);
        List<double[]> weights = new ArrayList<>();
        for (int head = 0; head < query.size() / width; head++) {
            int at = head / shared * width;
            double[] scores = new double[seen.size()];
            for (int j = 0; j < scores.length; j++) {
                scores[j] = scale * dot(query.value, head * width, seen.get(j).value, at, width);
            }
            double[] p = softmax(scores);
            for (int j = 0; j < p.length; j++) {
                addTo(y.value, head * width, read.get(j).value, at, width, p[j]);
            }
            weights.add(p);
        }
        return noted(y, () -> {
            for (int head = 0; head < weights.size(); head++) {
                int at = head / shared * width;
                double[] p = weights.get(head);
                double[] back = new double[p.length];
                double mean = 0;
                for (int j = 0; j < p.length; j++) {
                    back[j] = dot(y.gradient, head * width, read.get(j).value, at, width);
                    mean += p[j] * back[j];
                    addTo(read.get(j).gradient, at, y.gradient, head * width, width, p[j]);
                }
                for (int j = 0; j < p.length; j++) {
                    double score = scale * p[j] * (back[j] - mean);
                    addTo(query.gradient, head * width, seen.get(j).value, at, width, score);
                    addTo(seen.get(j).gradient, at, query.value, head * width, width, score);
                }
            }
        });
    }

    /** Logarithm of the softmax's number {@code index}. */
    Vec logSoftmax(Vec logits, int index) {
        double[] p = softmax(logits.value);
        double largest = Arrays.stream(logits.value).max().orElseThrow();
        double total = Arrays.stream(logits.value)
                .map(v -> StrictMath.exp(v - largest))
                .sum();
        Vec y = leaf(logits.value[index] - largest - StrictMath.log(total));
        return noted(y, () -> {
            logits.gradient[index] += y.gradient[0];
            addTo(logits.gradient, 0, p, 0, p.length, -y.gradient[0]);
        });
    }

    private static double[] softmax(double... scores) {
        double largest = Arrays.stream(scores).max().orElseThrow();
        double[] p = Arrays.stream(scores).map(v -> StrictMath.exp(v - largest)).toArray();
        double total = Arrays.stream(p).sum();
        return Arrays.stream(p).map(v -> v / total).toArray();
    }

    private static double dot(double[] x, int atX, double[] y, int atY, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += x[atX + i] * y[atY + i];
        }
        return sum;
    }

    private static void addTo(double[] y, int atY, double[] x, int atX, int n, double factor) {
        for (int i = 0; i < n; i++) {
            y[atY + i] += factor * x[atX + i];
        }
    }
}
