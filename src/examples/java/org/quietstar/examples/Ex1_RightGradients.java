package org.quietstar.examples;

import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.GatherWithGradient;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.SameDiffFixes;

/**
 * An embedding table, from which the row of token 1 is taken three times. The sum of all rows that were taken has as
 * gradient how often each was: once, three times, never. M2.1's own gather forgets repetitions.
 */
public final class Ex1_RightGradients {
    private static final int[] TOKENS = {0, 1, 1, 1};

    public static void main(String[] args) {
        SameDiff stock = table();
        stock.sum(stock.gather(stock.getVariable("table"), ids(stock), 0)).rename("loss");
        System.out.println("M2.1's gather:     " + gradient(stock));

        // From here on every graph has right gradients, also where it says sd.gather.
        SameDiffFixes.install();
        SameDiff right = table();
        var gather = new GatherWithGradient(right, right.getVariable("table"), ids(right));
        right.sum(gather.outputVariable()).rename("loss");
        System.out.println("GatherWithGradient:  " + gradient(right));
    }

    /** Three tokens, each a vector of one number. */
    private static SameDiff table() {
        SameDiff sd = SameDiff.create();
        sd.var("table", Nd4j.zeros(3, 1));
        return sd;
    }

    private static SDVariable ids(SameDiff sd) {
        return sd.constant(Nd4j.createFromArray(TOKENS));
    }

    private static String gradient(SameDiff sd) {
        // The same as sd.createGradFunction(), without a line on the console for every op.
        GradientFunction.of(sd, "loss", List.of("table"));
        return sd.calculateGradients(Map.of(), "table").get("table").reshape(3).toString();
    }
}
