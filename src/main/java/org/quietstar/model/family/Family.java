package org.quietstar.model.family;

import java.util.Map;
import org.quietstar.config.ModelConfig;

/** A family of models: how its decoder is made, and what its {@code config.json} says. */
public interface Family {

    /** {@code model.family} of a recipe, and {@code model_type} of a {@code config.json}. */
    String name();

    /** The class of Hugging Face's library that loads it, {@code architectures} of a {@code config.json}. */
    String className();

    Architecture architecture();

    /**
     * The sizes that a {@code config.json} gives.
     *
     * @throws org.quietstar.QuietStarException for a key that is missing, or an option that this program does not have
     */
    ModelConfig read(HfConfig json);

    /** The contents of a {@code config.json} for a model of these sizes, without what is the same for all families. */
    Map<String, Object> write(ModelConfig model);

    /**
     * Throws where the family has no place for one of the model's settings.
     *
     * @throws org.quietstar.QuietStarException that names the key
     */
    default void check(ModelConfig model) {}

    /** Family under which a model of these settings is exported. */
    default Family written(ModelConfig model) {
        return this;
    }

    /** Whether a tensor in a file may be skipped: a table that follows from the sizes. */
    default boolean isDerived(String tensor) {
        return tensor.endsWith(".rotary_emb.inv_freq");
    }
}
