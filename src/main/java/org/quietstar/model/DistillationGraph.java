package org.quietstar.model;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;

/**
 * Training of a plain language model on the predictions of another, the teacher: a {@link LanguageModelGraph}, and beside
 * its labels' loss the cross entropy of the student's distribution under the teacher's,
 * {@code c·Σ w·NLL + (1−c)·Σ w·(−Σ_v p_v·log q_v)}.
 */
public final class DistillationGraph {
    /** [B·L, V]: the teacher's probabilities p. */
    public static final String TARGETS = "targets";
    /** Σ w·(−Σ_v p_v·log q_v), a scalar. */
    public static final String TARGET_LOSS = "loss.targets";
    /** The whole loss, a scalar. */
    public static final String LOSS = "loss.distillation";

    private final LanguageModelGraph student;

    /**
     * @param batch B
     * @param length L
     * @param labelWeight c, 0 to 1
     */
    public DistillationGraph(ModelConfig model, int batch, int length, Parameters parameters, double labelWeight) {
        this.student = new LanguageModelGraph(model, batch, length, parameters);
        SameDiff sd = student.graph();
        DataType type = parameters.dataType();
        SDVariable logits = sd.getVariable(LanguageModelGraph.LOGITS);
        SDVariable targets = sd.placeHolder(TARGETS, type, (long) batch * length, model.vocabSize());
        // Probabilities sum to 1, so that the log-sum-exp comes out of the sum.
        SDVariable crossEntropy = CrossEntropy.nll(sd, logits, sd.sum(targets.mul(logits), true, 1));
        SDVariable targetLoss = sd.sum(crossEntropy.mul(sd.getVariable(LanguageModelGraph.WEIGHTS)));
        targetLoss.rename(TARGET_LOSS);
        SDVariable labels = sd.getVariable(LanguageModelGraph.LOSS).mul(sd.constant(Nd4j.scalar(type, labelWeight)));
        labels.add(targetLoss.mul(sd.constant(Nd4j.scalar(type, 1 - labelWeight))))
                .rename(LOSS);
    }

    public SameDiff graph() {
        return student.graph();
    }

    /** Names of the parameters that the loss depends on. */
    public List<String> parameterNames() {
        return student.parameterNames();
    }
}
