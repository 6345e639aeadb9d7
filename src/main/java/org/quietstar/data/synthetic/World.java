package org.quietstar.data.synthetic;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntBinaryOperator;
import java.util.stream.IntStream;
import org.quietstar.config.yaml.Choice;
import org.quietstar.random.SplitMix;

/**
 * A small made-up world: places, and steps of which each leads from every place to a place, no two to the same. So a step
 * is a permutation of the places, and a walk is a product of permutations: one step is a look into a table, but for the
 * product of several no formula is shorter than taking them one after the other.
 */
public final class World {
    private static final String DIGITS = "0123456789";
    private static final String CUPS = "abcde";
    private static final List<Integer> FACTORS = List.of(3, 7, 9);

    private final Family family;
    private final List<String> places;
    private final List<String> steps;
    private final List<List<Integer>> leadsTo;

    /** Kinds of worlds. */
    public enum Family implements Choice {
        /** Ten rooms, and doors of six colours; where each leads is drawn from the seed. */
        HOUSE("Walks through a house", "house"),
        /** Sums and products of digits, of which the last digit is kept. */
        SUMS("Sums and products of digits", "ten digits"),
        /** A ball under one of five cups, of which two change their places at each step. */
        BALL("A ball under five cups", "five cups"),
        /** Thirty-two places of a town, and twelve ways to travel; where each leads is drawn from the seed. */
        TOWN("Ways through a town", "town");

        private final String title;
        private final String of;

        Family(String title, String of) {
            this.title = title;
            this.of = of;
        }

        String title() {
            return title;
        }

        /** What the table of steps is of. */
        String of() {
            return of;
        }
    }

    private World(Family family, List<String> places, List<String> steps, List<List<Integer>> leadsTo) {
        this.family = family;
        this.places = List.copyOf(places);
        this.steps = List.copyOf(steps);
        this.leadsTo = List.copyOf(leadsTo);
    }

    /** The world of a family; the same seed gives the same one. */
    public static World of(Family family, long seed) {
        return switch (family) {
            case HOUSE ->
                drawn(
                        family,
                        seed,
                        "hall kitchen attic cellar garden study porch tower barn stable",
                        "red blue green white black gold");
            case TOWN ->
                drawn(
                        family,
                        seed,
                        "market church school bridge harbour mill bakery library theatre station museum park castle chapel"
                                + " fountain gate wall square palace prison hospital garage brewery tavern court bank hotel"
                                + " temple lighthouse cemetery stadium quarry",
                        "tram ferry bus taxi bicycle carriage subway cable boat horse scooter train");
            case SUMS -> sums();
            case BALL -> ball();
        };
    }

    private static World drawn(Family family, long seed, String places, String steps) {
        List<String> all = List.of(places.split(" "));
        List<String> ways = List.of(steps.split(" "));
        SplitMix random = SplitMix.of(seed);
        List<List<Integer>> leadsTo = new ArrayList<>();
        while (leadsTo.size() < ways.size()) {
            int[] ends = IntStream.range(0, all.size()).toArray();
            random.shuffle(ends);
            if (IntStream.range(0, ends.length).noneMatch(from -> ends[from] == from)) {
                leadsTo.add(IntStream.of(ends).boxed().toList());
            }
        }
        return new World(family, all, ways, leadsTo);
    }

    private static World sums() {
        List<String> steps = new ArrayList<>();
        List<List<Integer>> leadsTo = new ArrayList<>();
        int n = DIGITS.length();
        for (int summand = 1; summand < n; summand++) {
            steps.add("+" + summand);
            leadsTo.add(table(n, summand, (digit, added) -> (digit + added) % n));
        }
        // Those that keep all ten digits apart.
        for (int factor : FACTORS) {
            steps.add("x" + factor);
            leadsTo.add(table(n, factor, (digit, by) -> digit * by % n));
        }
        return new World(Family.SUMS, List.of(DIGITS.split("")), steps, leadsTo);
    }

    private static World ball() {
        List<String> steps = new ArrayList<>();
        List<List<Integer>> leadsTo = new ArrayList<>();
        int n = CUPS.length();
        for (int first = 0; first < n; first++) {
            for (int second = first + 1; second < n; second++) {
                int one = first;
                steps.add("" + CUPS.charAt(first) + CUPS.charAt(second));
                leadsTo.add(table(n, second, (cup, other) -> cup == one ? other : cup == other ? one : cup));
            }
        }
        return new World(Family.BALL, List.of(CUPS.split("")), steps, leadsTo);
    }

    private static List<Integer> table(int places, int step, IntBinaryOperator leads) {
        return IntStream.range(0, places)
                .map(place -> leads.applyAsInt(place, step))
                .boxed()
                .toList();
    }

    /** Its kind. */
    public Family family() {
        return family;
    }

    /** Words of the places. */
    public List<String> places() {
        return places;
    }

    /** Words of the steps. */
    public List<String> steps() {
        return steps;
    }

    /**
     * The place that a step leads to.
     *
     * @param place index in {@link #places}
     * @param step index in {@link #steps}
     */
    public int behind(int place, int step) {
        return leadsTo.get(step).get(place);
    }
}
