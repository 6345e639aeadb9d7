package org.quietstar.config.yaml;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds what a user meant by a misspelt word. */
public final class NearestKey {
    private NearestKey() {}

    /** The candidate with the smallest edit distance to {@code word}, the earliest of equals; empty where all are far. */
    public static Optional<String> close(String word, Collection<String> candidates) {
        String best = null;
        int least = Math.max(2, word.length() / 3) + 1;
        for (String candidate : candidates) {
            int distance = distance(word, candidate);
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return Optional.ofNullable(best);
    }

    /**
     * Insertions, deletions, replacements and swaps of neighbours that turn one word into the other; case, '_', '-' and
     * blanks do not count, so that learning_rate is learningRate.
     */
    public static int distance(String a, String b) {
        String from = plain(a);
        String to = plain(b);
        int[][] cost = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : step(cost, from, to, i, j);
            }
        }
        return cost[from.length()][to.length()];
    }

    private static int step(int[][] cost, String from, String to, int i, int j) {
        boolean same = from.charAt(i - 1) == to.charAt(j - 1);
        int least = Math.min(cost[i - 1][j - 1] + (same ? 0 : 1), 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        boolean swapped =
                i > 1 && j > 1 && from.charAt(i - 1) == to.charAt(j - 2) && from.charAt(i - 2) == to.charAt(j - 1);
        return swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
    }

    private static String plain(String word) {
        String kept = word.length() > 100 ? word.substring(0, 100) : word;
        return kept.toLowerCase(Locale.ROOT).replaceAll("[_\\- ]", "");
    }
}
