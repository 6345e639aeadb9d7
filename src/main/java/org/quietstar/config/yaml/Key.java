package org.quietstar.config.yaml;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a user is told about one key of a recipe, what its value may be, and what it is where a recipe does not set it. The
 * record component that bears it gives the name and the type.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD})
public @interface Key {
    /** One sentence for {@code quietstar config --help}. */
    String value();

    /** The default, written as {@code --set} takes it; a section has none of its own. */
    String def() default "";

    /** The unit of a number ("tokens", "steps", "nats"), empty where it has none. */
    String unit() default "";

    /** Smallest allowed number. */
    double min() default Double.NEGATIVE_INFINITY;

    /** Largest allowed number. */
    double max() default Double.POSITIVE_INFINITY;

    /** What the key decides for the run as a whole, although its section may differ between stages; empty: nothing. */
    String sameInAllStages() default "";
}
