package org.quietstar.samediff.plan.pass;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quietstar.samediff.plan.ir.Copy;
import org.quietstar.samediff.plan.ir.KernelNode;
import org.quietstar.samediff.plan.ir.MatrixOperand;
import org.quietstar.samediff.plan.ir.StepList;
import org.quietstar.samediff.plan.ir.StridedLayout;
import org.quietstar.samediff.plan.ir.Value;

/** A matrix product that is only copied into another order is written there at once, by strides. */
public final class MatmulIntoPermuted implements GraphPass {

    @Override
    public String summary() {
        return "products written straight into a permuted array";
    }

    @Override
    public int apply(StepList steps) {
        List<KernelNode> kept = new ArrayList<>(steps.steps());
        int count = 0;
        for (KernelNode step : steps.steps()) {
            Optional<Copy> copy = steps.draft().copyOf(step);
            if (copy.isPresent() && moved(copy.get(), step, steps)) {
                kept.remove(step);
                count++;
            }
        }
        steps.set(kept);
        return count;
    }

    private static boolean moved(Copy copy, KernelNode step, StepList steps) {
        Optional<KernelNode> writer = steps.onlyWriter(copy.source(), step);
        if (writer.isEmpty() || !writer.get().is("matmul")) {
            return false;
        }
        Value root = copy.source().root();
        Optional<StridedLayout> place = copy.inverse().reshaped(root.shape);
        boolean whole = copy.target().root().kind() == Value.Kind.COMPUTED
                && copy.target().isWhole();
        if (place.isEmpty() || !MatrixOperand.fits(place.get()) || !whole) {
            return false;
        }
        root.moveInto(copy.target().root(), place.get());
        return true;
    }
}
