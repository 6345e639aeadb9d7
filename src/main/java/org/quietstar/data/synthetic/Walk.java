package org.quietstar.data.synthetic;

import java.util.ArrayList;
import java.util.List;

/**
 * A walk through a {@link World}: where it begins, and in each turn the step that is taken, or none.
 *
 * @param start index of a place
 * @param turns index of a step, or {@link #WAIT} for a turn without a step; one or more
 */
public record Walk(int start, List<Integer> turns) {
    /** A turn without a step. */
    public static final int WAIT = -1;

    /** Words beside those of places and steps. */
    static final String WAIT_WORD = "wait";

    static final String WHERE = "where";

    public Walk {
        turns = List.copyOf(turns);
    }

    /** Number of steps that are taken. */
    public int steps() {
        return (int) turns.stream().filter(turn -> turn != WAIT).count();
    }

    /** Where the walk is after each turn, as indices of places. */
    public List<Integer> places(World world) {
        var places = new ArrayList<Integer>();
        int place = start;
        for (int turn : turns) {
            place = turn == WAIT ? place : world.behind(place, turn);
            places.add(place);
        }
        return places;
    }

    /** The question in words: {@code hall red wait blue where}. */
    public String question(World world) {
        var words = new ArrayList<String>();
        words.add(world.places().get(start));
        turns.forEach(turn -> words.add(turn == WAIT ? WAIT_WORD : world.steps().get(turn)));
        words.add(WHERE);
        return String.join(" ", words);
    }

    /** The place in which it ends, in a word. */
    public String answer(World world) {
        return world.places().get(places(world).get(turns.size() - 1));
    }

    /** Where it is after each turn, in words. */
    public String workings(World world) {
        return String.join(" ", places(world).stream().map(world.places()::get).toList());
    }
}
