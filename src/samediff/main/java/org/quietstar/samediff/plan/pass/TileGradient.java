package org.quietstar.samediff.plan.pass;

import org.quietstar.samediff.plan.ir.GraphOp;
import org.quietstar.samediff.plan.ir.PlanGraph;
import org.quietstar.samediff.plan.ir.Value;

/**
 * The gradient of an axis of length 1 that was repeated is a sum along it, which M2.1's own kernel takes some 80 times as
 * long for.
 */
public final class TileGradient implements OpRewrite {

    @Override
    public String summary() {
        return "gradients of repeated axes as sums";
    }

    @Override
    public boolean apply(GraphOp call, PlanGraph draft) {
        if (!call.is("tile_bp") || call.inputs().size() != 2) {
            return false;
        }
        Value tiled = call.input(1);
        Value out = call.output(0);
        if (tiled.shape.length != out.shape.length) {
            return false;
        }
        for (int d = 0; d < out.shape.length; d++) {
            if (out.shape[d] != tiled.shape[d] && out.shape[d] != 1) {
                return false;
            }
        }
        if (tiled.hasShape(out)) {
            draft.alias(out, tiled);
        } else {
            draft.sumTo(tiled, draft.computed(out));
        }
        return true;
    }
}
