package org.quietstar.data.synthetic;

import java.util.ArrayList;
import java.util.List;

/**
 * A walk through a house: where it begins, and in each turn the door that is taken, or none.
 *
 * @param start index of a room
 * @param turns index of a door, or {@link #WAIT} for a turn without a step; one or more
 */
public record Walk(int start, List<Integer> turns) {
    /** A turn without a step. */
    public static final int WAIT = -1;

    /** Words beside those of rooms and doors. */
    static final String WAIT_WORD = "wait";

    static final String WHERE = "where";

    public Walk {
        turns = List.copyOf(turns);
    }

    /** Number of doors that are taken. */
    public int steps() {
        return (int) turns.stream().filter(turn -> turn != WAIT).count();
    }

    /** Where the walk is after each turn, as indices of rooms. */
    public List<Integer> places(House house) {
        var places = new ArrayList<Integer>();
        int room = start;
        for (int turn : turns) {
            room = turn == WAIT ? room : house.behind(room, turn);
            places.add(room);
        }
        return places;
    }

    /** The question in words: {@code hall red wait blue where}. */
    public String question() {
        var words = new ArrayList<String>();
        words.add(House.ROOMS.get(start));
        turns.forEach(turn -> words.add(turn == WAIT ? WAIT_WORD : House.DOORS.get(turn)));
        words.add(WHERE);
        return String.join(" ", words);
    }

    /** The room in which it ends, in a word. */
    public String answer(House house) {
        return House.ROOMS.get(places(house).get(turns.size() - 1));
    }

    /** Where it is after each turn, in words. */
    public String workings(House house) {
        return String.join(" ", places(house).stream().map(House.ROOMS::get).toList());
    }
}
