package org.quietstar.hub;

import java.nio.file.Path;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.reduce.longer.MatchCondition;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.conditions.Conditions;
import org.quietstar.QuietStarException;

/** What becomes of weights with NaN or infinite numbers: nothing that a model computes from them means anything. */
public enum NonFinite {
    /** They are refused. */
    REFUSED,
    /** They are taken, to look at what the model does all the same. */
    ALLOWED;

    /** Throws where an array holds NaN or an infinity, and those are refused. */
    void check(Path place, String tensor, INDArray array) {
        if (this == ALLOWED || array.isEmpty()) {
            return;
        }
        long bad = count(array);
        if (bad > 0) {
            throw new QuietStarException(place + ": the tensor '" + tensor + "' holds " + bad
                    + (bad == 1 ? " number that is" : " numbers that are") + " NaN or infinite, of " + array.length()
                    + "; fetch the weights again, or take an earlier checkpoint (generate and evaluate look at them all"
                    + " the same with --allow-nonfinite)");
        }
    }

    void check(Path place, Map<String, INDArray> arrays) {
        arrays.forEach((name, array) -> check(place, name, array));
    }

    private static long count(INDArray array) {
        return Nd4j.getExecutioner()
                .exec(new MatchCondition(array, Conditions.notFinite()))
                .getLong(0);
    }
}
