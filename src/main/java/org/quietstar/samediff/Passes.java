package org.quietstar.samediff;

import java.util.List;
import java.util.stream.Stream;

/** The passes that a plan goes through, in the order in which they are asked. */
final class Passes {
    /** Those that leave every bit as it is. */
    static final List<PlanPass> EXACT = List.of(
            new ZeroElimination(),
            new Reshapes(),
            new ConstantFolding(),
            new CommonSubexpressions(),
            new BroadcastSums(),
            new ConcatGradient(),
            new Views(),
            new SliceSums(),
            new WriteThrough(),
            new ConcatInPlace());

    /** Those that change no result beyond rounding. */
    static final List<PlanPass> ROUNDING = List.of(
            new SplitBroadcastGradient(),
            new SplitMatmulGradient(),
            new SigmoidGradient(),
            new TileGradient(),
            new ThinProducts(),
            new ScalarChains(),
            new AccumulatingProducts());

    static final List<PlanPass> ALL =
            Stream.concat(EXACT.stream(), ROUNDING.stream()).toList();

    private Passes() {}
}
