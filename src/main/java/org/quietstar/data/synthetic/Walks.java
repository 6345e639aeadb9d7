package org.quietstar.data.synthetic;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.quietstar.random.SplitMix;

/**
 * Draws walks and writes them as text. A document is one walk with its answer: at once, after a pause between dashes in
 * which nothing is said, or after the way is worked out between dashes, place by place.
 *
 * <pre>
 * hall red wait blue wait where attic .
 * hall red wait blue wait where --- hm hm hm hm --- attic .
 * hall red wait blue wait where --- porch porch attic attic --- attic .
 * </pre>
 *
 * <p>Whether a question is kept for held-out problems follows from its words and the seed, so that the two never meet.
 */
public final class Walks {
    /** Turns of a walk. */
    public static final int TURNS = 4;

    /** Share of the walks that are worked out. */
    public static final double WORKED_OUT = 0.2;

    /** Share of the walks with a pause in which nothing is said. */
    public static final double HUMMED = 0.4;

    /** One question of so many is held out. */
    static final int HELD_OUT_ONE_OF = 3;

    static final String DASH = "---";
    static final String HUM = "hm";
    static final String STOP = ".";

    private final World world;
    private final long seed;
    private final SplitMix random;

    /**
     * @param world in which they are
     * @param seed of which questions are held out
     * @param stream of the walks drawn here: another one gives others
     */
    public Walks(World world, long seed, long stream) {
        this.world = world;
        this.seed = seed;
        this.random = SplitMix.of(seed, stream);
    }

    /** The world that the walks are in. */
    public World world() {
        return world;
    }

    /** Whether the question of a walk is kept from training. */
    public boolean isHeldOut(Walk walk) {
        long[] keys = new long[walk.turns().size() + 2];
        keys[0] = seed;
        keys[1] = walk.start();
        for (int i = 2; i < keys.length; i++) {
            keys[i] = walk.turns().get(i - 2);
        }
        return Long.remainderUnsigned(SplitMix.hash(keys), HELD_OUT_ONE_OF) == 0;
    }

    /**
     * A walk.
     *
     * @param turns in all
     * @param steps turns in which a step is taken, 1 to {@code turns}; which ones is drawn
     */
    public Walk walk(int turns, int steps) {
        var taken = new ArrayList<Boolean>(Collections.nCopies(turns, false));
        int[] order = IntStream.range(0, turns).toArray();
        random.shuffle(order);
        for (int i = 0; i < steps; i++) {
            taken.set(order[i], true);
        }
        int start = random.nextInt(world.places().size());
        List<Integer> chosen = taken.stream()
                .map(step -> step ? random.nextInt(world.steps().size()) : Walk.WAIT)
                .toList();
        return new Walk(start, chosen);
    }

    /** A walk of {@value #TURNS} turns and one to as many steps, all numbers equally likely, from one side of the split. */
    public Walk next(boolean heldOut) {
        int steps = 1 + random.nextInt(TURNS);
        while (true) {
            Walk walk = walk(TURNS, steps);
            if (isHeldOut(walk) == heldOut) {
                return walk;
            }
        }
    }

    /** A document: a walk from one side of the split, in one of the three forms, with its answer. */
    public String document(boolean heldOut) {
        Walk walk = next(heldOut);
        double kind = random.nextDouble();
        String question = walk.question(world);
        if (kind < WORKED_OUT) {
            question = workedOut(walk, world);
        } else if (kind < WORKED_OUT + HUMMED) {
            question = hummed(walk, world);
        }
        return String.join(" ", question, walk.answer(world), STOP);
    }

    /** A walk's question and its way, place by place. */
    static String workedOut(Walk walk, World world) {
        return String.join(" ", walk.question(world), DASH, walk.workings(world), DASH);
    }

    /** A walk's question and a pause of as many words as it has turns. */
    static String hummed(Walk walk, World world) {
        String hum = String.join(" ", Collections.nCopies(walk.turns().size(), HUM));
        return String.join(" ", walk.question(world), DASH, hum, DASH);
    }
}
