package org.quietstar.config.yaml;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quietstar.QuietStarException;

/** The error of a key that does not exist: names the nearest one that does, and its neighbours. */
final class UnknownKey {
    /** A key of another section must be nearer by this much to be proposed. */
    private static final int OTHER_SECTION = 1;

    private final Schema schema;
    private final String prefix;
    private final boolean stage;

    /** @param prefix "stages.NAME." for a key of a stage, else empty */
    UnknownKey(Schema schema, String prefix) {
        this.schema = schema;
        this.prefix = prefix;
        this.stage = !prefix.isEmpty();
    }

    /**
     * The error.
     *
     * @param section the section that {@code name} stood in, empty for the top level
     * @param value what stood there as its value
     */
    QuietStarException error(Origin origin, String section, String name, YamlNode value) {
        String path = prefix + (section.isEmpty() ? "" : section + ".") + Format.clean(name);
        return origin.error(path, "unknown key (its value: " + value.shown() + "); " + advice(section, name));
    }

    private String advice(String section, String name) {
        if (name.contains(".") && section.isEmpty() && schema.find(name).isPresent()) {
            String[] parts = name.split("\\.", 2);
            return "in a file write '" + parts[0] + ":' and below it, indented, '" + parts[1] + ": …'";
        }
        Optional<String> elsewhere = KnownElsewhere.key(name).filter(this::mayStandHere);
        if (elsewhere.isPresent()) {
            return "here it is " + elsewhere.get()
                    + (name.endsWith("epochs") ? ", counted in optimiser steps" : "")
                    + "; quietstar config --help lists all keys";
        }
        String nearest = nearest(section, name);
        List<String> neighbours = section.isEmpty() ? topNames() : sectionKeys(section);
        String where = section.isEmpty() ? (stage ? "a stage" : "the top level") : section;
        return "did you mean " + prefix + nearest + "? Keys of " + where + ": " + String.join(", ", neighbours);
    }

    /** In a stage, a key of the whole run is no way out. */
    private boolean mayStandHere(String path) {
        return !stage || schema.find(path).filter(KeySpec::stageable).isPresent();
    }

    private String nearest(String section, String name) {
        String wanted = name.substring(name.lastIndexOf('.') + 1);
        String best = "";
        int least = Integer.MAX_VALUE;
        for (String candidate : candidates()) {
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

    private List<String> candidates() {
        var paths = new ArrayList<>(topNames());
        for (Schema.Section section : schema.sections()) {
            if (!stage || section.stageable()) {
                sectionKeys(section.name()).forEach(key -> paths.add(section.name() + "." + key));
            }
        }
        return paths;
    }

    private List<String> topNames() {
        if (!stage) {
            return schema.topNames();
        }
        var names = new ArrayList<>(Schema.STAGE_TEXTS);
        names.addAll(schema.stageSections());
        return names;
    }

    private List<String> sectionKeys(String section) {
        return schema.keysOf(section).stream()
                .filter(key -> !stage || key.stageable())
                .map(KeySpec::name)
                .toList();
    }
}
