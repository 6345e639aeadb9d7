package org.quietstar.data.synthetic;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.quietstar.random.SplitMix;

/**
 * A house of ten rooms. Each has a door of each of six colours, which leads, in one direction, to another room; doors of
 * one colour lead from all ten rooms to all ten rooms. Where each leads is drawn from a seed.
 *
 * <p>So each colour is a permutation of the rooms, and a walk is a product of permutations. One step is a look into a table
 * of sixty entries; for the product of several no formula is shorter than taking the steps one after the other.
 */
public final class House {
    /** Words of the rooms. */
    public static final List<String> ROOMS =
            List.of("hall", "kitchen", "attic", "cellar", "garden", "study", "porch", "tower", "barn", "stable");

    /** Words of the doors. */
    public static final List<String> DOORS = List.of("red", "blue", "green", "white", "black", "gold");

    private final List<List<Integer>> leadsTo = new ArrayList<>();

    /** The same seed gives the same house. */
    public House(long seed) {
        SplitMix random = SplitMix.of(seed);
        while (leadsTo.size() < DOORS.size()) {
            int[] rooms = IntStream.range(0, ROOMS.size()).toArray();
            random.shuffle(rooms);
            List<Integer> door = new ArrayList<>();
            boolean staysSomewhere = false;
            for (int from = 0; from < rooms.length; from++) {
                door.add(rooms[from]);
                staysSomewhere |= rooms[from] == from;
            }
            if (!staysSomewhere) {
                leadsTo.add(List.copyOf(door));
            }
        }
    }

    /**
     * The room behind a door; never the same.
     *
     * @param room index in {@link #ROOMS}
     * @param door index in {@link #DOORS}
     */
    public int behind(int room, int door) {
        return leadsTo.get(door).get(room);
    }
}
