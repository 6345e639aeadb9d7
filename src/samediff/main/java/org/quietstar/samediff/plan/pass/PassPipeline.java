package org.quietstar.samediff.plan.pass;

import java.util.List;
import java.util.stream.Stream;

/** The passes that a plan goes through, in the order in which they are asked. */
public final class PassPipeline {
    /** Those that leave every bit as it is. */
    public static final List<Pass> EXACT = List.of(
            new ZeroElimination(),
            new ReshapeAsAlias(),
            new ConstantFolding(),
            new CommonSubexpressions(),
            new BroadcastSumGradient(),
            new ConcatGradientAsSlices(),
            new PermuteSliceTileAsViews(),
            new SliceGradientsToConcat(),
            new MatmulIntoPermuted(),
            new InPlaceConcat());

    /** Those that change no result beyond rounding. */
    public static final List<Pass> ROUNDING = List.of(
            new SplitBroadcastGradient(),
            new SplitMatmulGradient(),
            new SigmoidGradient(),
            new TileGradient(),
            new SmallMatmulAsBroadcast(),
            new FoldScalarsIntoMatmul(),
            new AccumulateIntoMatmul());

    public static final List<Pass> ALL =
            Stream.concat(EXACT.stream(), ROUNDING.stream()).toList();

    private PassPipeline() {}
}
