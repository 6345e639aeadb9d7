package org.quietstar.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a user is told about one configuration key, and what its value may be. The record component that bears it gives
 * the name and the type; the defaults stand in the section's {@code defaults()}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD})
public @interface Key {
    /** One sentence for {@code quietstar config --help}. */
    String value();

    /** The unit of a number ("tokens", "steps", "nats"), empty where it has none. */
    String unit() default "";

    /** Smallest allowed number. */
    double min() default Double.NEGATIVE_INFINITY;

    /** Largest allowed number. */
    double max() default Double.POSITIVE_INFINITY;

    /** The allowed words of a string; empty means any. */
    String[] oneOf() default {};
}
