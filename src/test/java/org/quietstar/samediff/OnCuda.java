package org.quietstar.samediff;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.quietstar.runtime.Backend;

/** A part of the CUDA smoke suite, {@code ./mvnw -Pcuda test -Dgroups=cuda}: skipped, with the reason, where none is used. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("cuda")
@ExtendWith(OnCuda.Condition.class)
public @interface OnCuda {
    /** Whether ND4J executes on a CUDA device. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            Backend backend = Backend.require("auto");
            return backend.isCuda()
                    ? ConditionEvaluationResult.enabled("on " + backend.label())
                    : ConditionEvaluationResult.disabled("skipped: no CUDA device: " + backend.whyCpu());
        }
    }
}
