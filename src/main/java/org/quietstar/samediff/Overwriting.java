package org.quietstar.samediff;

import java.util.Arrays;
import java.util.Set;

/**
 * Which steps may write their result over an input: those that read each number of it just before they write the number
 * in its place.
 */
final class Overwriting {
    private static final Set<String> ELEMENTWISE =
            Set.of("add", "subtract", "multiply", "divide", "exp", "log", "sqrt", "rsqrt", "sigmoid", "neg");

    private Overwriting() {}

    /** Notes the first input of the result's own shape and type that the step may overwrite. */
    static void mark(PlanStep step) {
        if (!ELEMENTWISE.contains(step.op().opName()) || step.outputs().size() != 1) {
            return;
        }
        PlanValue result = step.outputs().get(0).root();
        for (PlanValue in : step.inputs()) {
            PlanValue root = in.root();
            boolean fits = root.kind == PlanValue.Kind.COMPUTED
                    && root.dataType == result.dataType
                    && root.length() == result.length()
                    && Arrays.equals(in.shape, step.outputs().get(0).shape);
            if (fits && result.overwrites == null) {
                result.overwrites = root;
            }
        }
    }
}
