package org.quietstar.samediff;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A program for a JVM of its own, in which nothing is corrected at first: prints the gradients that gather has as M2.1
 * comes, as an unregistered subclass, and after {@link SameDiffFixes#install()}.
 */
final class StockGather {
    /** Id 1 occurs three times. */
    private static final int[] IDS = {0, 1, 1, 1};

    private StockGather() {}

    public static void main(String[] arguments) {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.println("stock=" + gradient((sd, table) -> sd.gather(table, ids(sd), 0)));
        out.println("two="
                + gradient((sd, table) -> sd.gather(table, ids(sd), 0).add(sd.gather(table, ids(sd), 0))));
        out.println(
                "unregistered=" + gradient((sd, table) -> new GatherWithGradient(sd, table, ids(sd)).outputVariable()));
        SameDiffFixes.install();
        out.println(
                "corrected=" + gradient((sd, table) -> new GatherWithGradient(sd, table, ids(sd)).outputVariable()));
        out.println("corrected stock=" + gradient((sd, table) -> sd.gather(table, ids(sd), 0)));
        out.println("corrected two="
                + gradient((sd, table) -> sd.gather(table, ids(sd), 0).add(sd.gather(table, ids(sd), 0))));
    }

    private interface Graph {
        SDVariable build(SameDiff sd, SDVariable table);
    }

    private static SDVariable ids(SameDiff sd) {
        return sd.constant(Nd4j.createFromArray(IDS));
    }

    /** Gradient of the sum of the gathered rows for a table of shape [3, 2]. */
    private static String gradient(Graph graph) {
        SameDiff sd = SameDiff.create();
        sd.sum(graph.build(sd, sd.var("table", Nd4j.zeros(DataType.DOUBLE, 3, 2))))
                .rename("loss");
        try {
            GradientFunction.of(sd, "loss", List.of("table"));
            INDArray result = sd.calculateGradients(Map.of(), "table").get("table");
            return Arrays.toString(Differences.numbers(result));
        } catch (RuntimeException e) {
            return e.getClass().getSimpleName();
        }
    }
}
