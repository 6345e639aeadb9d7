package org.quietstar.samediff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The steps of a plan in their order, and who reads and writes what. */
final class StepList {
    private final PlanDraft draft;
    private final Set<PlanValue> outputs;
    private List<PlanStep> steps;
    private final Map<PlanValue, List<PlanStep>> readers = new HashMap<>();
    private final Map<PlanValue, List<PlanStep>> writers = new HashMap<>();

    /** @param outputs values wanted after a run */
    StepList(PlanDraft draft, List<PlanStep> steps, Set<PlanValue> outputs) {
        this.draft = draft;
        this.outputs = Set.copyOf(outputs);
        set(steps);
    }

    List<PlanStep> steps() {
        return steps;
    }

    PlanDraft draft() {
        return draft;
    }

    /** Takes other steps; those that nothing needs are left out. */
    void set(List<PlanStep> newSteps) {
        Set<PlanValue> wanted = new HashSet<>();
        outputs.forEach(value -> wanted.add(value.root()));
        List<PlanStep> kept = new ArrayList<>();
        for (int i = newSteps.size() - 1; i >= 0; i--) {
            PlanStep step = newSteps.get(i);
            boolean needed = step.outputs().stream()
                    .map(PlanValue::root)
                    .anyMatch(root -> root.kind() == PlanValue.Kind.BOUND || wanted.contains(root));
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
        for (PlanStep step : steps) {
            for (PlanValue in : step.inputs()) {
                List<PlanStep> all = readers.computeIfAbsent(in.root(), r -> new ArrayList<>());
                if (all.isEmpty() || all.get(all.size() - 1) != step) {
                    all.add(step);
                }
            }
            for (PlanValue out : step.outputs()) {
                writers.computeIfAbsent(out.root(), r -> new ArrayList<>()).add(step);
            }
        }
    }

    /** Whether a root is wanted after a run. */
    boolean isOutput(PlanValue root) {
        return outputs.stream().anyMatch(value -> value.root() == root);
    }

    /** Steps that read numbers of a root, in order. */
    List<PlanStep> readers(PlanValue root) {
        return readers.getOrDefault(root, List.of());
    }

    /** Steps that write numbers of a root, in order. */
    List<PlanStep> writers(PlanValue root) {
        return writers.getOrDefault(root, List.of());
    }

    /** The one step that writes a computed value, all of which is read by the one given step and nobody else. */
    Optional<PlanStep> onlyWriter(PlanValue value, PlanStep onlyReader) {
        PlanValue root = value.root();
        boolean alone = root.kind() == PlanValue.Kind.COMPUTED
                && value.isWhole()
                && !isOutput(root)
                && readers(root).equals(List.of(onlyReader))
                && writers(root).size() == 1;
        return alone ? Optional.of(writers(root).get(0)) : Optional.empty();
    }
}
