package org.quietstar.samediff.plan;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quietstar.samediff.plan.ir.KernelNode;
import org.quietstar.samediff.plan.ir.Value;

/** From which step to which each computed value lives, and which may be written over which. */
final class Liveness {
    private static final Set<String> ELEMENTWISE =
            Set.of("add", "subtract", "multiply", "divide", "exp", "log", "sqrt", "rsqrt", "sigmoid", "neg");

    private static final class Life {
        int first = Integer.MAX_VALUE;
        int last = -1;
        int writers;
    }

    private final Map<Value, Life> lives = new LinkedHashMap<>();
    private final Map<Value, Value> overwrites = new HashMap<>();

    /** @param outputs values that live on after the last step */
    Liveness(List<KernelNode> steps, Iterable<Value> outputs) {
        for (int i = 0; i < steps.size(); i++) {
            for (Value out : steps.get(i).outputs()) {
                Life life = lives.computeIfAbsent(out.root(), r -> new Life());
                life.first = Math.min(life.first, i);
                life.last = Math.max(life.last, i);
                life.writers++;
            }
            for (Value in : steps.get(i).inputs()) {
                Life life = lives.get(in.root());
                if (life != null) {
                    life.last = i;
                }
            }
        }
        for (Value output : outputs) {
            Life life = lives.get(output.root());
            if (life != null) {
                life.last = Integer.MAX_VALUE;
            }
        }
        for (int i = 0; i < steps.size(); i++) {
            markOverwriting(steps.get(i), i);
        }
    }

    /**
     * Notes the first input that the step may overwrite: one of the result's own shape and type, read for the last time,
     * by an op that reads each number just before it writes the number in its place.
     */
    private void markOverwriting(KernelNode step, int position) {
        if (!ELEMENTWISE.contains(step.op().opName()) || step.outputs().size() != 1) {
            return;
        }
        Value out = step.outputs().get(0);
        Value result = out.root();
        if (!out.isWhole() || lives.get(result).writers > 1) {
            return;
        }
        for (Value in : step.inputs()) {
            Value root = in.root();
            boolean fits = root.kind() == Value.Kind.COMPUTED
                    && root.dataType == result.dataType
                    && in.isWhole()
                    && Arrays.equals(in.shape, out.shape)
                    && lives.get(root).last == position
                    && step.inputs().stream().allMatch(other -> other.root() != root || other.sameNumbers(in));
            if (fits) {
                overwrites.put(result, root);
                return;
            }
        }
    }

    /** Computed roots in the order in which they are first written. */
    Set<Value> values() {
        return lives.keySet();
    }

    int first(Value root) {
        return lives.get(root).first;
    }

    /** Whether two values may stand in the same place. */
    boolean canShare(Value a, Value b) {
        Life one = lives.get(a);
        Life other = lives.get(b);
        boolean together = one.first <= other.last && other.first <= one.last;
        return !together || overwrites.get(a) == b || overwrites.get(b) == a;
    }
}
