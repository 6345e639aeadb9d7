package org.quietstar.eval;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.model.Softmax;

/**
 * What is read of the base model's next-token distributions beside the label's NLL: their entropy, which is known before the
 * token is, and the label's NLL at other temperatures, for the {@link TemperatureControl}.
 */
final class BaseDistribution {
    /** Temperatures other than 1 that the control may choose. */
    static final double[] TEMPERATURES = {0.8, 0.87, 0.93, 0.97, 1.03, 1.07, 1.15, 1.25};

    private static final String ENTROPY = "base.entropy";
    private static final String TEMPERED = "base.nll.at.";

    private BaseDistribution() {}

    /**
     * Adds the outputs to a graph.
     *
     * @param logits of the base model, [n, V]
     * @param nll of the labels, [n, 1]
     * @return names: the entropy in nats, then the NLL at each of {@link #TEMPERATURES}, each [n, 1]
     */
    static List<String> addTo(SameDiff sd, SDVariable logits, SDVariable nll) {
        DataType type = logits.dataType();
        Softmax softmax = Softmax.of(logits);
        softmax.entropy().rename(ENTROPY);
        SDVariable label = softmax.logTotal().sub(nll);
        List<String> names = new ArrayList<>(List.of(ENTROPY));
        for (int i = 0; i < TEMPERATURES.length; i++) {
            SDVariable sharpness = sd.constant(Nd4j.scalar(type, 1 / TEMPERATURES[i]));
            SDVariable z = sd.sum(sd.math.exp(softmax.shifted().mul(sharpness)), true, 1);
            sd.math.log(z).sub(label.mul(sharpness)).rename(TEMPERED + i);
            names.add(TEMPERED + i);
        }
        return names;
    }
}
