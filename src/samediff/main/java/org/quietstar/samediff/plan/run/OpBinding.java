package org.quietstar.samediff.plan.run;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.BaseOp;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.ops.ReduceOp;
import org.nd4j.linalg.api.ops.ScalarOp;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/** One op of a graph bound to arrays, the way M2.1's own session binds it, but once instead of at every execution. */
public final class OpBinding implements Kernel {
    private final DifferentialFunction op;
    private final OpContext context;

    /** Binds the inputs; {@link #setOutputs} or {@link #outputShapes} come next. */
    public OpBinding(DifferentialFunction op, List<INDArray> inputs) {
        this.op = op;
        this.context = Nd4j.getExecutioner().buildContext();
        INDArray[] arrays = inputs.toArray(INDArray[]::new);
        if (op instanceof CustomOp) {
            DynamicCustomOp custom = (DynamicCustomOp) op;
            context.setInputArrays(arrays);
            context.setIArguments(custom.iArgs());
            context.setDArguments(custom.dArgs());
            context.setTArguments(custom.tArgs());
            context.setBArguments(custom.bArgs());
        } else {
            bindLegacy(arrays);
        }
    }

    private void bindLegacy(INDArray[] arrays) {
        boolean secondIsAxis = false;
        if (op instanceof ReduceOp reduce && reduce.getOpType() != Op.Type.REDUCE3 && arrays.length == 2) {
            op.setDimensions(Shape.normalizeAxis(arrays[0].rank(), arrays[1].toIntVector()));
            secondIsAxis = true;
        } else if (op instanceof ScalarOp scalar && arrays.length == 2) {
            scalar.setScalar(arrays[1]);
        }
        if (arrays.length > 0) {
            context.setInputArray(0, arrays[0]);
        }
        if (arrays.length == 2 && !secondIsAxis) {
            context.setInputArray(1, arrays[1]);
        }
    }

    /** Shapes and types that the op gives for the bound inputs. */
    public List<LongShapeDescriptor> outputShapes(List<DataType> declared) {
        List<LongShapeDescriptor> shapes = op instanceof DynamicCustomOp custom
                ? custom.calculateOutputShape(context)
                : ((BaseOp) op).calculateOutputShape(context);
        if (shapes == null || shapes.size() != declared.size()) {
            throw new IllegalStateException("Op '" + op.opName() + "' (" + op.getOwnName() + ") gives "
                    + (shapes == null ? 0 : shapes.size()) + " output shapes for " + declared.size() + " outputs");
        }
        List<LongShapeDescriptor> result = new ArrayList<>();
        for (int i = 0; i < shapes.size(); i++) {
            LongShapeDescriptor shape = shapes.get(i);
            // Several ops cannot tell their output type from their inputs; the graph's declaration decides.
            result.add(shape.dataType() == declared.get(i) ? shape : shape.asDataType(declared.get(i)));
        }
        return result;
    }

    public void setOutputs(List<INDArray> outputs) {
        for (int i = 0; i < outputs.size(); i++) {
            context.setOutputArray(i, outputs.get(i));
        }
    }

    @Override
    public void execute() {
        if (op instanceof CustomOp custom) {
            Nd4j.exec(custom, context);
        } else {
            Nd4j.exec((Op) op, context);
        }
    }

    @Override
    public String kind() {
        return op.opName();
    }
}
