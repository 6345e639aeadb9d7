package org.quietstar.samediff.plan.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The steps of a plan in their order, and who reads and writes what. */
public final class StepList {
    private final PlanGraph draft;
    private final Set<Value> outputs;
    private List<KernelNode> steps;
    private final Map<Value, List<KernelNode>> readers = new HashMap<>();
    private final Map<Value, List<KernelNode>> writers = new HashMap<>();

    /** @param outputs values wanted after a run */
    public StepList(PlanGraph draft, List<KernelNode> steps, Set<Value> outputs) {
        this.draft = draft;
        this.outputs = Set.copyOf(outputs);
        set(steps);
    }

    public List<KernelNode> steps() {
        return steps;
    }

    public PlanGraph draft() {
        return draft;
    }

    /** Takes other steps; those that nothing needs are left out. */
    public void set(List<KernelNode> newSteps) {
        Set<Value> wanted = new HashSet<>();
        outputs.forEach(value -> wanted.add(value.root()));
        List<KernelNode> kept = new ArrayList<>();
        for (int i = newSteps.size() - 1; i >= 0; i--) {
            KernelNode step = newSteps.get(i);
            boolean needed = step.outputs().stream()
                    .map(Value::root)
                    .anyMatch(root -> root.kind() == Value.Kind.BOUND || wanted.contains(root));
            if (needed) {
                step.inputs().forEach(v -> wanted.add(v.root()));
                kept.add(0, step);
            }
        }
        steps = kept;
        index();
    }

    private void index() {
        readers.clear();
        writers.clear();
        for (KernelNode step : steps) {
            for (Value in : step.inputs()) {
                List<KernelNode> all = readers.computeIfAbsent(in.root(), r -> new ArrayList<>());
                if (all.isEmpty() || all.get(all.size() - 1) != step) {
                    all.add(step);
                }
            }
            for (Value out : step.outputs()) {
                writers.computeIfAbsent(out.root(), r -> new ArrayList<>()).add(step);
            }
        }
    }

    /** Whether a root is wanted after a run. */
    public boolean isOutput(Value root) {
        return outputs.stream().anyMatch(value -> value.root() == root);
    }

    /** Steps that read numbers of a root, in order. */
    public List<KernelNode> readers(Value root) {
        return readers.getOrDefault(root, List.of());
    }

    /** Steps that write numbers of a root, in order. */
    public List<KernelNode> writers(Value root) {
        return writers.getOrDefault(root, List.of());
    }

    /** The one step that writes a computed value, all of which is read by the one given step and nobody else. */
    public Optional<KernelNode> onlyWriter(Value value, KernelNode onlyReader) {
        Value root = value.root();
        boolean alone = root.kind() == Value.Kind.COMPUTED
                && value.isWhole()
                && !isOutput(root)
                && readers(root).equals(List.of(onlyReader))
                && writers(root).size() == 1;
        return alone ? Optional.of(writers(root).get(0)) : Optional.empty();
    }
}
