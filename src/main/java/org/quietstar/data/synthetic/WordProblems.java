package org.quietstar.data.synthetic;

import java.util.ArrayList;
import java.util.List;
import org.quietstar.data.SplitMix;

/**
 * Makes {@link WordProblem}s from a seed. Few words and regular sentences, so that a very small model learns to read and
 * write them in minutes; but an answer is a chain of two to four sums over small numbers, of which most documents show
 * nothing, so that its digits stay hard to guess without the sums in between.
 *
 * <p>Three kinds: one person's things change (chain); each person has more, fewer or twice as many as the one before
 * (comparison); two people's things are put together (total).
 */
public final class WordProblems {
    /** Share of the documents that show the sums. */
    public static final double SHARE_WITH_STEPS = 0.3;

    /** No number is larger. */
    static final int LARGEST = 20;

    private static final List<String> NAMES = List.of("tom", "sam", "max", "ann", "eva", "mia");
    /** The first so many names are those of boys. */
    private static final int BOYS = 3;

    private static final List<String> THINGS = List.of("apples", "pens", "coins", "cards", "eggs", "nuts");

    private final SplitMix random;

    /** The same seed gives the same problems in the same order. */
    public WordProblems(long seed) {
        this.random = SplitMix.of(seed);
    }

    /** The next problem. Problems may repeat. */
    public WordProblem next() {
        boolean showsSteps = random.nextDouble() < SHARE_WITH_STEPS;
        var draft = new Draft();
        switch (random.nextInt(3)) {
            case 0 -> chain(draft, 2 + random.nextInt(3));
            case 1 -> comparison(draft, 2 + random.nextInt(2));
            default -> total(draft);
        }
        return new WordProblem(
                String.join(" ", draft.sentences),
                String.join(" ", draft.steps),
                Integer.toString(draft.value),
                showsSteps);
    }

    private void chain(Draft draft, int length) {
        String name = NAMES.get(draft.people[0]);
        String pronoun = draft.people[0] < BOYS ? "he" : "she";
        String other = NAMES.get(draft.people[1]);
        draft.sentences.add(name + " has " + draft.value + " " + draft.things + ".");
        for (int i = 0; i < length; i++) {
            Change change = change(draft.value);
            String words = switch (change.sign) {
                case '+' ->
                    random.nextInt(2) == 0
                            ? "finds " + change.amount + " more"
                            : "gets " + change.amount + " from " + other;
                case '-' ->
                    random.nextInt(2) == 0 ? "loses " + change.amount : "gives " + change.amount + " to " + other;
                default -> "doubles them";
            };
            draft.sentences.add(pronoun + " " + words + ".");
            draft.apply(change);
        }
        draft.sentences.add("how many " + draft.things + " does " + name + " have?");
    }

    private void comparison(Draft draft, int length) {
        draft.sentences.add(NAMES.get(draft.people[0]) + " has " + draft.value + " " + draft.things + ".");
        for (int i = 1; i <= length; i++) {
            compare(draft, i);
        }
        draft.sentences.add("how many " + draft.things + " does " + NAMES.get(draft.people[length]) + " have?");
    }

    private void total(Draft draft) {
        int first = draft.value;
        draft.sentences.add(NAMES.get(draft.people[0]) + " has " + first + " " + draft.things + ".");
        compare(draft, 1);
        while (first + draft.value > LARGEST) { // at most 20 - 9 can be added to the first
            draft.retract();
            compare(draft, 1);
        }
        draft.apply(new Change('+', first));
        if (random.nextInt(2) == 0) {
            Change change = change(draft.value);
            draft.sentences.add(
                    switch (change.sign) {
                        case '+' -> "they find " + change.amount + " more.";
                        case '-' -> "they lose " + change.amount + ".";
                        default -> "they double them.";
                    });
            draft.apply(change);
        }
        draft.sentences.add("how many " + draft.things + " do they have in all?");
    }

    /** Adds what person {@code i} has, told by what the one before has. */
    private void compare(Draft draft, int i) {
        Change change = change(draft.value);
        String words = switch (change.sign) {
            case '+' -> change.amount + " more than ";
            case '-' -> change.amount + " fewer than ";
            default -> "twice as many as ";
        };
        draft.sentences.add(NAMES.get(draft.people[i]) + " has " + words + NAMES.get(draft.people[i - 1]) + ".");
        draft.apply(change);
    }

    /** A change that keeps the number within 1 to LARGEST. */
    private Change change(int value) {
        while (true) {
            int kind = random.nextInt(5);
            int amount = 1 + random.nextInt(9);
            if (kind < 2 && value + amount <= LARGEST) {
                return new Change('+', amount);
            }
            if (kind >= 2 && kind < 4 && value > amount) {
                return new Change('-', amount);
            }
            if (kind == 4 && 2 * value <= LARGEST) {
                return new Change('*', 2);
            }
        }
    }

    private record Change(char sign, int amount) {
        int of(int value) {
            return switch (sign) {
                case '+' -> value + amount;
                case '-' -> value - amount;
                default -> value * amount;
            };
        }
    }

    /** A problem in the making. */
    private final class Draft {
        private final List<String> sentences = new ArrayList<>();
        private final List<String> steps = new ArrayList<>();
        private final String things = THINGS.get(random.nextInt(THINGS.size()));
        private final int[] people = {0, 1, 2, 3, 4, 5};
        private int value = 2 + random.nextInt(8);
        private int before;

        Draft() {
            random.shuffle(people);
        }

        void apply(Change change) {
            before = value;
            value = change.of(value);
            steps.add(before + String.valueOf(change.sign) + change.amount + "=" + value + ".");
        }

        /** Takes back the last sentence and its sum. */
        void retract() {
            value = before;
            sentences.remove(sentences.size() - 1);
            steps.remove(steps.size() - 1);
        }
    }
}
