package org.quietstar.samediff.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.RandomOp;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.BaseCompatOp;
import org.nd4j.linalg.api.ops.impl.shape.tensorops.BaseTensorOp;

/** What of a graph a static plan cannot run: its kernels, their order and all shapes are fixed before the first run. */
final class PlanObstacles {
    private static final Set<String> CONTROL_FLOW = Set.of("If", "While", "Invoke");
    /** By ND4J's name. */
    private static final Set<String> SHAPE_BY_NUMBERS = Set.of(
            "unique",
            "unique_with_counts",
            "where_np",
            "choose",
            "boolean_mask",
            "dynamic_partition",
            "listdiff",
            "non_max_suppression",
            "non_max_suppression_v3",
            "non_max_suppression_overlaps");

    private PlanObstacles() {}

    static List<String> of(SameDiff graph) {
        List<String> obstacles = new ArrayList<>();
        for (SDVariable variable : graph.variables()) {
            if (variable.dataType() == DataType.UTF8) {
                obstacles.add("variable '" + variable.name() + "': holds strings");
            }
        }
        for (SameDiffOp node : graph.getOps().values()) {
            of(node.getOp()).ifPresent(obstacles::add);
        }
        return List.copyOf(obstacles);
    }

    /** What keeps an op from being planned, with its name and kind. */
    static Optional<String> of(DifferentialFunction op) {
        return reason(op).map(reason -> "op '" + op.getOwnName() + "' (" + op.opName() + "): " + reason);
    }

    private static Optional<String> reason(DifferentialFunction op) {
        if (op instanceof BaseCompatOp || CONTROL_FLOW.contains(op.opName())) {
            return Optional.of("loops and conditionals are not planned");
        }
        if (op instanceof BaseTensorOp) {
            return Optional.of("lists of arrays are not planned");
        }
        if (op instanceof RandomOp) {
            return Optional.of("random numbers are not drawn within a plan; give them as an input");
        }
        boolean whereOfOne = op.opName().equals("Where") && op.argNames().length == 1;
        if (whereOfOne || SHAPE_BY_NUMBERS.contains(op.opName())) {
            return Optional.of("its result's shape depends on numbers");
        }
        if (op instanceof CustomOp custom && custom.isInplaceCall()) {
            return Optional.of("it overwrites its input");
        }
        return Optional.empty();
    }
}
