package org.quietstar.samediff;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/** A matrix product that is only added to something else is added by BLAS as it is computed. */
final class AccumulatingProducts implements StepPass {

    @Override
    public String summary() {
        return "sums of products added up by the product itself";
    }

    @Override
    public int apply(StepList steps) {
        int count = 0;
        List<PlanStep> order = new ArrayList<>(steps.steps());
        for (PlanStep step : steps.steps()) {
            if (step.is("add") && step.inputs().size() == 2 && folded(step, order, steps)) {
                count++;
            }
        }
        return count;
    }

    private static boolean folded(PlanStep add, List<PlanStep> order, StepList steps) {
        PlanValue result = add.outputs().get(0);
        int position = order.indexOf(add);
        for (int i = 1; i >= 0; i--) {
            PlanValue product = add.inputs().get(i);
            PlanValue other = add.inputs().get(1 - i);
            Optional<PlanStep> writer = steps.onlyWriter(product, add);
            boolean fits = product.hasShape(result) && other.hasShape(result) && result.isWhole();
            if (fits
                    && writer.isPresent()
                    && isProductAlone(writer.get())
                    && isFree(other, add, order, position, steps)
                    && canWait(writer.get(), order, steps)
                    && result.root().kind() == PlanValue.Kind.COMPUTED
                    && !steps.isOutput(other.root())) {
                replace(writer.get(), add, other, order, steps);
                return true;
            }
        }
        return false;
    }

    private static boolean isProductAlone(PlanStep step) {
        return step.is("matmul")
                && step.op() instanceof DynamicCustomOp custom
                && ProductFactors.of(custom).beta() == 0
                && MatrixOperand.fits(step.outputs().get(0));
    }

    /** Whether nobody reads the other summand after the sum, so that the sum can take its place. */
    private static boolean isFree(PlanValue other, PlanStep add, List<PlanStep> order, int position, StepList steps) {
        PlanValue root = other.root();
        return root.kind() == PlanValue.Kind.COMPUTED
                && other.isWhole()
                && steps.readers(root).stream().allMatch(reader -> reader == add || order.indexOf(reader) < position)
                && steps.writers(root).stream().allMatch(writer -> order.indexOf(writer) < position);
    }

    /** Whether the product's operands are as they were when its place in the order comes to be the sum's. */
    private static boolean canWait(PlanStep product, List<PlanStep> order, StepList steps) {
        int position = order.indexOf(product);
        return product.inputs().stream()
                .flatMap(in -> steps.writers(in.root()).stream())
                .allMatch(writer -> order.indexOf(writer) < position);
    }

    private static void replace(PlanStep product, PlanStep add, PlanValue other, List<PlanStep> order, StepList steps) {
        PlanValue written = product.outputs().get(0);
        PlanValue sum = add.outputs().get(0).root();
        PlanValue root = other.root();
        Layout place = written.layout();
        sum.moveInto(root, Layout.dense(sum.shape));
        PlanValue target = PlanValue.view(written.name + "+", root, place, written.array);
        var old = (DynamicCustomOp) product.op();
        var op = new ProductFactors(ProductFactors.of(old).alpha(), 1).in(old);
        order.set(order.indexOf(add), new PlanStep(op, product.inputs(), List.of(target)));
        order.remove(product);
        steps.set(order);
    }
}
