package org.quietstar.model.family;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.quietstar.config.ModelConfig;

/**
 * What a {@code config.json} says of the angles of rotary positions. Files keep it at the top, in {@code rope_scaling} or in
 * {@code rope_parameters}, or in several of them: each setting is taken from wherever it stands, places that contradict each
 * other are refused, and so is a setting that is not known here.
 */
final class RopeSettings {
    private static final List<String> PLACES = List.of("", "rope_scaling", "rope_parameters");
    private static final String THETA = "rope_theta";
    private static final String TYPE = "rope_type";
    private static final String FACTOR = "factor";
    private static final String LOW = "low_freq_factor";
    private static final String HIGH = "high_freq_factor";
    private static final String ORIGINAL = "original_max_position_embeddings";

    private static final Set<String> INNER = Set.of(THETA, TYPE, "type", FACTOR, LOW, HIGH, ORIGINAL);
    /** Keys at the top that concern the angles. */
    private static final Pattern TOP = Pattern.compile("rope_.*|rotary_.*|use_rope|rope|.*_rope_.*");

    private static final Set<String> TOP_KNOWN = Set.of(THETA, "rope_scaling", "rope_parameters");
    /** Values under which a key changes nothing. */
    private static final Map<String, Set<String>> HARMLESS = Map.of(
            "partial_rotary_factor", Set.of("1.0", "1"),
            "rope_interleaved", Set.of("false"),
            "rotary_pct", Set.of("1.0", "1"),
            "attention_factor", Set.of("1.0", "1"),
            "mscale", Set.of("1.0", "1"));

    private final HfConfig json;

    RopeSettings(HfConfig json) {
        this.json = json;
    }

    /**
     * The model with these settings.
     *
     * @param positions that it has
     * @throws org.quietstar.QuietStarException that names the key which is unknown, or stands in two places with two values
     */
    ModelConfig into(ModelConfig model, int positions) {
        requireKnown();
        ModelConfig angled = model.withRopeTheta(number(THETA).orElse(10000.0));
        if (!type().equals("llama3")) {
            number(FACTOR).filter(factor -> factor != 1).ifPresent(factor -> {
                throw json.unsupported(place(FACTOR), "without rope_type llama3 only 1 is");
            });
            return angled;
        }
        return angled.withRopeScalingFactor(number(FACTOR).orElse(1.0))
                .withRopeLowFrequencyFactor(number(LOW).orElse(1.0))
                .withRopeHighFrequencyFactor(number(HIGH).orElse(4.0))
                .withRopeOriginalPositions(
                        number(ORIGINAL).map(Double::intValue).orElse(positions));
    }

    private void requireKnown() {
        json.requireOneOf("partial_rotary_factor", "1.0", "1");
        for (String key : json.keys("")) {
            if (TOP.matcher(key).matches() && !TOP_KNOWN.contains(key)) {
                requireHarmless(key, key);
            }
        }
        for (String object : PLACES.subList(1, PLACES.size())) {
            for (String key : json.keys(object)) {
                if (!INNER.contains(key)) {
                    requireHarmless(object + "." + key, key);
                }
            }
        }
    }

    private void requireHarmless(String path, String key) {
        if (json.has(path) && !HARMLESS.getOrDefault(key, Set.of()).contains(json.shown(path))) {
            throw json.unsupported(path, "this setting of rotary positions is not known here; without it models are");
        }
    }

    /** default or llama3. */
    private String type() {
        Optional<String> found = Optional.empty();
        for (String object : PLACES.subList(1, PLACES.size())) {
            for (String key : List.of(TYPE, "type")) {
                String path = object + "." + key;
                json.requireOneOf(path, "default", "llama3");
                if (json.has(path)) {
                    requireEqual(found, json.text(path), path, TYPE);
                    found = Optional.of(json.text(path));
                }
            }
        }
        return found.orElse("default");
    }

    private Optional<Double> number(String key) {
        Optional<Double> found = Optional.empty();
        for (String path : places(key)) {
            double value = key.equals(ORIGINAL) ? json.size(path) : json.number(path, 1);
            requireEqual(found, value, path, key);
            found = Optional.of(value);
        }
        return found;
    }

    private <T> void requireEqual(Optional<T> before, T value, String path, String key) {
        if (before.isPresent() && !before.get().equals(value)) {
            throw json.unsupported(
                    path, "another place of the file says " + key + " " + before.get() + "; both must be the same");
        }
    }

    private List<String> places(String key) {
        List<String> found = new ArrayList<>();
        for (String object : PLACES) {
            // "factor" and its like mean angles only within an object of them.
            boolean top = object.isEmpty() && !key.equals(THETA) && !key.equals(ORIGINAL);
            String path = object.isEmpty() ? key : object + "." + key;
            if (!top && json.has(path)) {
                found.add(path);
            }
        }
        return found;
    }

    private String place(String key) {
        return places(key).get(0);
    }
}
