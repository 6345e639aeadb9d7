package org.quietstar.samediff;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A matrix product that is only copied into another order is written there at once, by strides. */
final class WriteThrough implements StepPass {

    @Override
    public String summary() {
        return "products written straight into a permuted array";
    }

    @Override
    public int apply(StepList steps) {
        List<PlanStep> kept = new ArrayList<>(steps.steps());
        int count = 0;
        for (PlanStep step : steps.steps()) {
            Optional<Copy> copy = steps.draft().copyOf(step);
            if (copy.isPresent() && moved(copy.get(), step, steps)) {
                kept.remove(step);
                count++;
            }
        }
        steps.set(kept);
        return count;
    }

    private static boolean moved(Copy copy, PlanStep step, StepList steps) {
        Optional<PlanStep> writer = steps.onlyWriter(copy.source(), step);
        if (writer.isEmpty() || !writer.get().is("matmul")) {
            return false;
        }
        PlanValue root = copy.source().root();
        Optional<Layout> place = copy.inverse().reshaped(root.shape);
        boolean whole = copy.target().root().kind() == PlanValue.Kind.COMPUTED
                && copy.target().isWhole();
        if (place.isEmpty() || !MatrixOperand.fits(place.get()) || !whole) {
            return false;
        }
        root.moveInto(copy.target().root(), place.get());
        return true;
    }
}
