package org.quietstar.samediff.plan.pass;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.quietstar.samediff.plan.ir.GraphOp;
import org.quietstar.samediff.plan.ir.PlanGraph;
import org.quietstar.samediff.plan.ir.StridedLayout;
import org.quietstar.samediff.plan.ir.Value;

/**
 * Computes the same thing once. SameDiff's gradient of {@code exp} computes the exponential again, and each use of a
 * value differentiates into reshapes and permutations of its own.
 */
public final class CommonSubexpressions implements OpRewrite {

    @Override
    public String summary() {
        return "the same thing computed once";
    }

    private static final Set<String> PLAIN_TRANSFORMS = Set.of("exp", "sigmoid", "log", "sqrt", "rsqrt", "neg");

    /** What tells one computation from another. */
    private record Key(String op, List<Object> arguments, List<Input> inputs) {}

    private record Input(Value root, StridedLayout layout) {}

    @Override
    public boolean apply(GraphOp call, PlanGraph draft) {
        Optional<Key> key = call.isRandom() ? Optional.empty() : key(call);
        if (key.isEmpty()) {
            return false;
        }
        Optional<List<Value>> before = draft.known(key.get());
        if (before.isEmpty()) {
            draft.remember(key.get(), call.outputs());
            return false;
        }
        for (int i = 0; i < before.get().size(); i++) {
            draft.alias(call.output(i), draft.value(before.get().get(i).name).orElseThrow());
        }
        return true;
    }

    private static Optional<Key> key(GraphOp call) {
        if (call.op() instanceof DynamicCustomOp custom) {
            return Optional.of(new Key(
                    call.op().opName(),
                    List.of(
                            Arrays.toString(custom.iArgs()),
                            Arrays.toString(custom.tArgs()),
                            Arrays.toString(custom.bArgs()),
                            Arrays.toString(custom.dArgs())),
                    inputs(call)));
        }
        return PLAIN_TRANSFORMS.contains(call.op().opName())
                ? Optional.of(new Key(call.op().opName(), List.of(), inputs(call)))
                : Optional.empty();
    }

    /** Key of a plain transform of {@code x}. */
    public static Object keyOf(String transform, Value x) {
        return new Key(transform, List.of(), List.of(input(x)));
    }

    private static List<Input> inputs(GraphOp call) {
        return call.inputs().stream().map(CommonSubexpressions::input).toList();
    }

    private static Input input(Value value) {
        return new Input(value.root(), value.layout());
    }
}
