package org.quietstar.bench;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.listeners.At;
import org.nd4j.autodiff.listeners.BaseListener;
import org.nd4j.autodiff.listeners.Operation;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** Times the ops that SameDiff's session executes. */
final class OpTimer extends BaseListener {
    private final Map<String, Double> seconds = new HashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private long start;

    @Override
    public boolean isActive(Operation operation) {
        return true;
    }

    @Override
    public void preOpExecution(SameDiff sd, At at, SameDiffOp op, OpContext context) {
        start = System.nanoTime();
    }

    @Override
    public void opExecution(
            SameDiff sd, At at, MultiDataSet batch, SameDiffOp op, OpContext context, INDArray[] outputs) {
        String kind = op.getOp().opName();
        seconds.merge(kind, (System.nanoTime() - start) * 1e-9, Double::sum);
        counts.merge(kind, 1, Integer::sum);
    }

    /** What was executed since this was made, slowest kind first. */
    List<TrainingStep.OpTime> times() {
        return seconds.entrySet().stream()
                .map(entry -> new TrainingStep.OpTime(entry.getKey(), entry.getValue(), counts.get(entry.getKey())))
                .sorted(Comparator.comparingDouble(TrainingStep.OpTime::seconds).reversed())
                .toList();
    }
}
