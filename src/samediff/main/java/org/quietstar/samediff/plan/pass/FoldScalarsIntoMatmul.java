package org.quietstar.samediff.plan.pass;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.quietstar.samediff.plan.ir.GemmScalars;
import org.quietstar.samediff.plan.ir.KernelNode;
import org.quietstar.samediff.plan.ir.StepList;
import org.quietstar.samediff.plan.ir.StridedLayout;
import org.quietstar.samediff.plan.ir.Value;

/**
 * Multiplications by constants, one after another or before and after matrix products, as a single factor: that of the
 * product, which BLAS multiplies by anyway, or that of the last multiplication.
 */
public final class FoldScalarsIntoMatmul implements GraphPass {

    @Override
    public String summary() {
        return "constant factors folded into products and into each other";
    }

    /** A multiplication of all numbers of {@code x} by one constant. */
    private record Scaling(KernelNode step, Value x, Value factor) {
        static Optional<Scaling> of(KernelNode step) {
            if (!step.is("multiply") || step.inputs().size() != 2) {
                return Optional.empty();
            }
            Value result = step.outputs().get(0);
            for (int i = 0; i < 2; i++) {
                Value x = step.inputs().get(i);
                Value factor = step.inputs().get(1 - i);
                boolean scalar =
                        factor.kind() == Value.Kind.CONSTANT && factor.root().length() == 1;
                if (scalar && !x.isStatic() && x.hasShape(result)) {
                    return Optional.of(new Scaling(step, x, factor));
                }
            }
            return Optional.empty();
        }

        double number() {
            return factor.root().array.getDouble(0);
        }

        Value result() {
            return step.outputs().get(0);
        }
    }

    @Override
    public int apply(StepList steps) {
        int count = 0;
        for (KernelNode step : steps.steps()) {
            Optional<Scaling> scaling = Scaling.of(step);
            if (scaling.isPresent() && folded(scaling.get(), steps)) {
                count++;
            }
        }
        return count;
    }

    private static boolean folded(Scaling scaling, StepList steps) {
        return intoWriter(scaling, steps) || intoReaders(scaling, steps) || intoNext(scaling, steps);
    }

    /** Into the product that alone gives {@code x}, which then writes the result itself. */
    private static boolean intoWriter(Scaling scaling, StepList steps) {
        Optional<KernelNode> product = steps.onlyWriter(scaling.x, scaling.step).filter(step -> step.is("matmul"));
        Value target = scaling.result().root();
        boolean free = scaling.result().isWhole()
                && steps.writers(target).size() == 1
                && (target.kind() == Value.Kind.COMPUTED
                        || steps.readers(target).isEmpty());
        if (product.isEmpty() || !free) {
            return false;
        }
        Value written = scaling.x.root();
        List<KernelNode> order = new ArrayList<>(steps.steps());
        KernelNode old = product.get();
        KernelNode scaled = new KernelNode(scaledProduct(old, scaling.number()), old.inputs(), old.outputs());
        order.set(order.indexOf(old), scaled);
        order.remove(scaling.step);
        written.moveInto(target, StridedLayout.dense(written.shape));
        steps.set(order);
        return true;
    }

    /** Into the products that read the result, if nobody else does. */
    private static boolean intoReaders(Scaling scaling, StepList steps) {
        Value result = scaling.result().root();
        List<KernelNode> readers = steps.readers(result);
        boolean mine = isTemporary(scaling, steps)
                && scaling.x.isWhole()
                && keepsItsNumbers(scaling, steps)
                && readers.stream().allMatch(reader -> reader.is("matmul") && readsOnce(reader, result));
        if (!mine) {
            return false;
        }
        List<KernelNode> order = new ArrayList<>(steps.steps());
        for (KernelNode reader : readers) {
            List<Value> inputs = reader.inputs().stream()
                    .map(in -> in.root() == result ? sameNumbersOf(in, scaling.x) : in)
                    .toList();
            order.set(
                    order.indexOf(reader),
                    new KernelNode(scaledProduct(reader, scaling.number()), inputs, reader.outputs()));
        }
        order.remove(scaling.step);
        steps.set(order);
        return true;
    }

    /** Into the multiplication by a constant that alone reads the result. */
    private static boolean intoNext(Scaling scaling, StepList steps) {
        List<KernelNode> readers = steps.readers(scaling.result().root());
        Optional<Scaling> next = readers.size() == 1 ? Scaling.of(readers.get(0)) : Optional.empty();
        boolean mine = next.isPresent()
                && isTemporary(scaling, steps)
                && next.get().x.isWhole()
                && next.get().x.hasShape(scaling.x)
                && keepsItsNumbers(scaling, steps);
        if (!mine) {
            return false;
        }
        Scaling last = next.get();
        Value factor = steps.draft().constant(last.factor.array.mul(scaling.number()));
        List<KernelNode> order = new ArrayList<>(steps.steps());
        order.set(
                order.indexOf(last.step),
                new KernelNode(last.step.op(), List.of(scaling.x, factor), last.step.outputs()));
        order.remove(scaling.step);
        steps.set(order);
        return true;
    }

    private static boolean isTemporary(Scaling scaling, StepList steps) {
        Value root = scaling.result().root();
        return root.kind() == Value.Kind.COMPUTED
                && scaling.result().isWhole()
                && !steps.isOutput(root)
                && steps.writers(root).size() == 1
                && !steps.readers(root).isEmpty();
    }

    /** Whether {@code x} is the same later on as it is now. */
    private static boolean keepsItsNumbers(Scaling scaling, StepList steps) {
        int position = steps.steps().indexOf(scaling.step);
        return steps.writers(scaling.x.root()).stream()
                .allMatch(writer -> steps.steps().indexOf(writer) < position);
    }

    private static boolean readsOnce(KernelNode reader, Value root) {
        return reader.inputs().stream().filter(in -> in.root() == root).count() == 1;
    }

    /** What {@code view} is of the scaled numbers, of the unscaled ones. */
    private static Value sameNumbersOf(Value view, Value x) {
        return Value.view(view.name + " unscaled", x, view.layout(), view.array);
    }

    private static DynamicCustomOp scaledProduct(KernelNode product, double factor) {
        var old = (DynamicCustomOp) product.op();
        GemmScalars factors = GemmScalars.of(old);
        return new GemmScalars(factors.alpha() * factor, factors.beta()).in(old);
    }
}
