package org.quietstar.model.attention;

import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * One softmax over the scores of several groups of keys. The groups are merged as blocks are in online softmax
 * (arXiv 1805.02867): with m the largest score of a row in any group,
 *
 * <pre>
 * output = Σ over groups Σ exp(score − m)·value  /  Σ over groups Σ exp(score − m)
 * </pre>
 */
public final class JointSoftmax {
    private final HeadShape shape;
    private final int rows;
    private final String name;

    /**
     * @param rows R
     * @param name of the softmax among those of a layer
     */
    public JointSoftmax(HeadShape shape, int rows, String name) {
        this.shape = shape;
        this.rows = rows;
        this.name = name;
    }

    /** Name within a layer of the largest score of each row and head, [R, H]. */
    public static String rowMax(String name) {
        return name + ".rowMax";
    }

    /** Name within a layer of the sum of each row's and head's exponentials, [R, H]. */
    public static String expSum(String name) {
        return name + ".expSum";
    }

    /**
     * The weighted sums of the values, [R, H·E].
     *
     * @param groups one or more, of the same queries
     */
    public SDVariable over(AttentionPattern.Layer layer, ScoreGroup... groups) {
        int h = shape.heads();
        SDVariable max = Arrays.stream(groups)
                .map(ScoreGroup::rowMax)
                .reduce((a, b) -> a.getSameDiff().math.max(a, b))
                .orElseThrow();
        layer.keep(rowMax(name), h, max); // [R, H]
        List<ScoreGroup.PartialSoftmax> parts =
                Arrays.stream(groups).map(group -> group.expAndSum(max)).toList();
        SDVariable sum =
                total(parts.stream().map(ScoreGroup.PartialSoftmax::expSum).toList());
        layer.keep(expSum(name), h, sum); // [R, H]
        SameDiff sd = sum.getSameDiff();
        SDVariable divisor = sd.reshape(sum, (long) rows * h, 1); // [R·H, 1]
        SDVariable weighted =
                total(parts.stream().map(ScoreGroup.PartialSoftmax::weightedSum).toList()); // [R·H, E]
        return sd.reshape(weighted.div(divisor), rows, shape.queryWidth());
    }

    private static SDVariable total(List<SDVariable> parts) {
        return parts.stream().reduce(SDVariable::add).orElseThrow();
    }
}
