package org.quietstar.config;

import java.util.ArrayList;
import java.util.List;
import org.quietstar.QuietStarException;

/** The error of a key that does not exist: names the nearest one that does, and its neighbours. */
final class UnknownKey {
    /** A key of another section must be nearer by this much to be proposed. */
    private static final int OTHER_SECTION = 1;

    private UnknownKey() {}

    /**
     * The error.
     *
     * @param prefix "stages.NAME." for a key of a stage, else empty
     * @param section the section that {@code name} stood in, empty for the top level
     * @param shownValue what stood there as its value
     */
    static QuietStarException error(Origin origin, String prefix, String section, String name, String shownValue) {
        String path = prefix + (section.isEmpty() ? "" : section + ".") + Shown.clean(name);
        return origin.error(path, "unknown key (its value: " + shownValue + "); " + advice(prefix, section, name));
    }

    private static String advice(String prefix, String section, String name) {
        boolean stage = !prefix.isEmpty();
        if (name.contains(".") && section.isEmpty() && Schema.key(name) != null) {
            String[] parts = name.split("\\.", 2);
            return "in a file write '" + parts[0] + ":' and below it, indented, '" + parts[1] + ": …'";
        }
        String nearest = nearest(stage, section, name);
        List<String> neighbours = section.isEmpty() ? topNames(stage) : sectionKeys(section, stage);
        String where = section.isEmpty() ? (stage ? "a stage" : "the top level") : section;
        return "did you mean " + prefix + nearest + "? Keys of " + where + ": " + String.join(", ", neighbours);
    }

    private static String nearest(boolean stage, String section, String name) {
        String wanted = name.substring(name.lastIndexOf('.') + 1);
        String best = "";
        int least = Integer.MAX_VALUE;
        for (String candidate : candidates(stage)) {
            int dot = candidate.lastIndexOf('.');
            boolean here = candidate.substring(0, Math.max(dot, 0)).equals(section);
            int distance = NearestKey.distance(wanted, candidate.substring(dot + 1)) + (here ? 0 : OTHER_SECTION);
            if (distance < least || (distance == least && here)) {
                least = distance;
                best = candidate;
            }
        }
        return best;
    }

    private static List<String> candidates(boolean stage) {
        var paths = new ArrayList<>(topNames(stage));
        for (Schema.Section section : Schema.SECTIONS) {
            if (!stage || section.stageable()) {
                sectionKeys(section.name(), stage).forEach(key -> paths.add(section.name() + "." + key));
            }
        }
        return paths;
    }

    private static List<String> topNames(boolean stage) {
        if (!stage) {
            return Schema.topNames();
        }
        var names = new ArrayList<>(List.of("name"));
        names.addAll(Schema.stageSections());
        return names;
    }

    private static List<String> sectionKeys(String section, boolean stage) {
        return Schema.section(section).keys().stream()
                .filter(key -> !stage || key.stageable())
                .map(KeySpec::name)
                .toList();
    }
}
