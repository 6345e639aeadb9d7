package org.quietstar.samediff.plan.pass;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.quietstar.samediff.plan.ir.GemmScalars;
import org.quietstar.samediff.plan.ir.KernelNode;
import org.quietstar.samediff.plan.ir.MatrixOperand;
import org.quietstar.samediff.plan.ir.StepList;
import org.quietstar.samediff.plan.ir.StridedLayout;
import org.quietstar.samediff.plan.ir.Value;

/** A matrix product that is only added to something else is added by BLAS as it is computed. */
public final class AccumulateIntoMatmul implements GraphPass {

    @Override
    public String summary() {
        return "sums of products added up by the product itself";
    }

    @Override
    public int apply(StepList steps) {
        int count = 0;
        List<KernelNode> order = new ArrayList<>(steps.steps());
        for (KernelNode step : steps.steps()) {
            if (step.is("add") && step.inputs().size() == 2 && folded(step, order, steps)) {
                count++;
            }
        }
        return count;
    }

    private static boolean folded(KernelNode add, List<KernelNode> order, StepList steps) {
        Value result = add.outputs().get(0);
        int position = order.indexOf(add);
        for (int i = 1; i >= 0; i--) {
            Value product = add.inputs().get(i);
            Value other = add.inputs().get(1 - i);
            Optional<KernelNode> writer = steps.onlyWriter(product, add);
            boolean fits = product.hasShape(result) && other.hasShape(result) && result.isWhole();
            if (fits
                    && writer.isPresent()
                    && isProductAlone(writer.get())
                    && isFree(other, add, order, position, steps)
                    && canWait(writer.get(), order, steps)
                    && result.root().kind() == Value.Kind.COMPUTED
                    && !steps.isOutput(other.root())) {
                replace(writer.get(), add, other, order, steps);
                return true;
            }
        }
        return false;
    }

    private static boolean isProductAlone(KernelNode step) {
        return step.is("matmul")
                && step.op() instanceof DynamicCustomOp custom
                && GemmScalars.of(custom).beta() == 0
                && MatrixOperand.fits(step.outputs().get(0));
    }

    /** Whether nobody reads the other summand after the sum, so that the sum can take its place. */
    private static boolean isFree(Value other, KernelNode add, List<KernelNode> order, int position, StepList steps) {
        Value root = other.root();
        return root.kind() == Value.Kind.COMPUTED
                && other.isWhole()
                && steps.readers(root).stream().allMatch(reader -> reader == add || order.indexOf(reader) < position)
                && steps.writers(root).stream().allMatch(writer -> order.indexOf(writer) < position);
    }

    /** Whether the product's operands are as they were when its place in the order comes to be the sum's. */
    private static boolean canWait(KernelNode product, List<KernelNode> order, StepList steps) {
        int position = order.indexOf(product);
        return product.inputs().stream()
                .flatMap(in -> steps.writers(in.root()).stream())
                .allMatch(writer -> order.indexOf(writer) < position);
    }

    private static void replace(
            KernelNode product, KernelNode add, Value other, List<KernelNode> order, StepList steps) {
        Value written = product.outputs().get(0);
        Value sum = add.outputs().get(0).root();
        Value root = other.root();
        StridedLayout place = written.layout();
        sum.moveInto(root, StridedLayout.dense(sum.shape));
        Value target = Value.view(written.name + "+", root, place, written.array);
        var old = (DynamicCustomOp) product.op();
        var op = new GemmScalars(GemmScalars.of(old).alpha(), 1).in(old);
        order.set(order.indexOf(add), new KernelNode(op, product.inputs(), List.of(target)));
        order.remove(product);
        steps.set(order);
    }
}
