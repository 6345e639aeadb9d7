package org.quietstar.model.family;

import java.util.List;
import java.util.stream.Collectors;
import org.quietstar.QuietStarException;
import org.quietstar.config.ModelConfig;

/** The families that this program knows. */
public final class Families {
    public static final List<Family> ALL = List.of(new Llama(), new Mistral(), new Qwen2(), new Qwen3(), new Gpt2());

    private Families() {}

    /**
     * The family of a model.
     *
     * @throws QuietStarException where {@code model.family} names none
     */
    public static Family of(ModelConfig model) {
        return ALL.stream()
                .filter(family -> family.name().equals(model.family()))
                .findFirst()
                .orElseThrow(() -> new QuietStarException("model.family: \"" + model.family()
                        + "\" is no family of models that this program knows; allowed: " + names()));
    }

    /**
     * The family of a {@code config.json}.
     *
     * @throws QuietStarException for a model of another kind
     */
    public static Family of(HfConfig json) {
        String type = json.text("model_type");
        Family family = ALL.stream()
                .filter(known -> known.name().equals(type))
                .findFirst()
                .orElseThrow(() -> json.unsupported("model_type", "supported are " + names()));
        List<String> classes = json.texts("architectures");
        if (!classes.isEmpty() && !classes.contains(family.className())) {
            throw json.unsupported("architectures", "of model_type " + type + " only " + family.className() + " is");
        }
        return family;
    }

    /** What {@link Family#architecture} of the model's family is. */
    public static Architecture architecture(ModelConfig model) {
        return of(model).architecture();
    }

    /** Throws QuietStarException where the family is unknown or has no place for one of the model's settings. */
    public static void check(ModelConfig model) {
        of(model).check(model);
    }

    private static String names() {
        return ALL.stream().map(Family::name).collect(Collectors.joining(", "));
    }

    /** The error of a setting that a family has no place for. */
    static QuietStarException conflict(ModelConfig model, String key, Object value, String allowed) {
        return new QuietStarException("model." + key + " " + value + " and model.family \"" + model.family()
                + "\" contradict each other; allowed: " + allowed);
    }
}
