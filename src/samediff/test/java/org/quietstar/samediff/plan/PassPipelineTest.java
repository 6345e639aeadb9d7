package org.quietstar.samediff.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.samediff.Differences;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.RandomArrays;
import org.quietstar.samediff.SameDiffFixes;
import org.quietstar.samediff.plan.ir.ArrayViews;
import org.quietstar.samediff.plan.pass.AccumulateIntoMatmul;
import org.quietstar.samediff.plan.pass.ConcatGradientAsSlices;
import org.quietstar.samediff.plan.pass.ConstantFolding;
import org.quietstar.samediff.plan.pass.FoldScalarsIntoMatmul;
import org.quietstar.samediff.plan.pass.InPlaceConcat;
import org.quietstar.samediff.plan.pass.MatmulIntoPermuted;
import org.quietstar.samediff.plan.pass.Pass;
import org.quietstar.samediff.plan.pass.PermuteSliceTileAsViews;
import org.quietstar.samediff.plan.pass.ReshapeAsAlias;
import org.quietstar.samediff.plan.pass.SliceGradientsToConcat;
import org.quietstar.samediff.plan.pass.TileGradient;

/** Each pass on the smallest graph that it changes: how often it applies, how many kernels are left, what they compute. */
class PassPipelineTest {
    private final SameDiff sd = SameDiff.create();

    @BeforeAll
    static void install() {
        SameDiffFixes.install();
    }

    private SDVariable variable(String name, long... shape) {
        return sd.var(name, RandomArrays.normal(DataType.DOUBLE, 1, name, shape));
    }

    private void holds(SameDiff graph, String output, Pass pass, int times, int kernels, Pass... before) {
        double[] expected = Differences.numbers(graph.output(Map.of(), output).get(output));
        List<Pass> passes = new ArrayList<>(List.of(before));
        passes.add(pass);
        try (var plan =
                StaticPlan.of(graph, sd).outputs(List.of(output)).passes(passes).compile()) {
            for (int round = 0; round < 2; round++) {
                plan.run();
                assertThat(Differences.numbers(plan.output(output))).containsExactly(expected, within(1e-12));
            }
            assertThat(plan.size()).as("kernels").isEqualTo(kernels);
            assertThat(plan.explain())
                    .anySatisfy(line -> assertThat(line)
                            .contains(pass.name())
                            .contains(" " + times + "×")
                            .contains(pass.summary()));
        }
    }

    private static Pass[] first(Pass... passes) {
        return passes;
    }

    private SameDiff gradient(String loss, String of) {
        return GradientFunction.of(sd, loss, List.of(of)).function();
    }

    @Test
    void productsReadPermutedSlicedAndTiledOperandsWhereTheyStand() {
        SDVariable a = sd.permute(sd.reshape(variable("a", 6, 4), 3, 2, 4), 1, 0, 2); // [2, 3, 4]
        SDVariable b = sd.tile(sd.reshape(sd.slice(variable("b", 5, 4), new int[] {1, 0}, 3, 4), 1, 3, 4), 2, 1, 1);
        sd.mmul(a, b, false, true, false).rename("y");
        holds(sd, "y", new PermuteSliceTileAsViews(), 3, 1, first(new ReshapeAsAlias()));
    }

    @Test
    void otherReadersGetACopyOnce() {
        SDVariable p = sd.permute(variable("a", 3, 2, 9), 1, 0, 2);
        sd.math.exp(p).add(sd.math.sin(p)).rename("y");
        // One gather of rows, exp, sin and the sum.
        holds(sd, "y", new PermuteSliceTileAsViews(), 1, 4);
    }

    @Test
    void aProductIsWrittenStraightIntoItsPermutedPlace() {
        SDVariable product = sd.mmul(variable("a", 2, 3, 4), variable("b", 2, 4, 9));
        sd.math.exp(sd.reshape(sd.permute(product, 1, 0, 2), 3, 18)).rename("y");
        holds(sd, "y", new MatmulIntoPermuted(), 1, 2, first(new ReshapeAsAlias(), new PermuteSliceTileAsViews()));
    }

    @Test
    void partsOfAConcatenationAreWrittenInPlace() {
        sd.concat(0, sd.math.exp(variable("a", 2, 3)), sd.math.sin(variable("b", 1, 3)))
                .rename("y");
        holds(sd, "y", new InPlaceConcat(), 1, 2);
    }

    @Test
    void whatAlreadyStandsInThePlaceOfAPartIsLeftAlone() {
        SDVariable before = sd.placeHolder("before", DataType.DOUBLE, 2, 3);
        sd.concat(0, before, sd.math.exp(variable("b", 1, 3))).rename("all");
        INDArray place = Nd4j.ones(DataType.DOUBLE, 3, 3);
        INDArray there = ArrayViews.slice(place, 0, 0, 2);
        try (var plan = StaticPlan.of(sd)
                .given(Map.of("before", there))
                .into(Map.of("all", place))
                .compile()) {
            plan.run();
            assertThat(plan.size()).isEqualTo(1);
            assertThat(place.getRow(0).sumNumber().doubleValue()).isEqualTo(3);
            assertThat(place.getDouble(2, 0))
                    .isCloseTo(Math.exp(sd.getVariable("b").getArr().getDouble(0)), within(1e-12));
        }
    }

    /** Holds that a pass applies once to the gradient of the loss with respect to "a", and leaves so many kernels fewer. */
    private void holdsForTheGradient(Pass pass, int fewer) {
        SameDiff gradient = gradient("loss", "a");
        String name = gradient.getVariable("a").gradient().name();
        List<Pass> without = List.of(new ReshapeAsAlias(), new ConstantFolding());
        try (var plain = StaticPlan.of(gradient, sd)
                .outputs(List.of(name))
                .passes(without)
                .compile()) {
            holds(gradient, name, pass, 1, plain.size() - fewer, without.toArray(Pass[]::new));
        }
    }

    @Test
    void gradientsOfAConcatenationsPartsAreReadWhereTheyStand() {
        SDVariable a = variable("a", 2, 3);
        SDVariable joined = sd.concat(0, sd.math.exp(variable("b", 1, 3)), a);
        sd.sum(joined.mul(joined).mul(joined)).rename("loss");
        holdsForTheGradient(new ConcatGradientAsSlices(), 1);
    }

    @Test
    void gradientsOfSlicesArePutSideBySide() {
        SDVariable a = variable("a", 4, 3);
        SDVariable top = sd.slice(a, new int[] {0, 0}, 1, 3);
        SDVariable bottom = sd.slice(a, new int[] {2, 0}, 2, 3);
        sd.sum(top.mul(top)).add(sd.sum(bottom.mul(bottom).mul(bottom))).rename("loss");
        // Two paddings and a sum become one concatenation.
        holdsForTheGradient(new SliceGradientsToConcat(), 2);
    }

    @Test
    void gradientsOfRepeatedAxesAreSums() {
        SDVariable a = variable("a", 2, 1, 3);
        SDVariable tiled = sd.tile(a, 1, 4, 1);
        sd.sum(tiled.mul(variable("b", 2, 4, 3))).rename("loss");
        holdsForTheGradient(new TileGradient(), 0);
    }

    @Test
    void aProductIsAddedUpByBlas() {
        SDVariable sum = sd.mmul(variable("a", 3, 4), variable("b", 4, 5))
                .add(sd.mmul(variable("c", 3, 2), variable("d", 2, 5)));
        sum.add(sd.mmul(variable("e", 3, 1), variable("f", 1, 5))).rename("sum");
        sd.math.exp(sd.getVariable("sum")).rename("y");
        holds(sd, "y", new AccumulateIntoMatmul(), 2, 4);
    }

    private SDVariable constant(double value) {
        return sd.constant(Nd4j.scalar(DataType.DOUBLE, value));
    }

    @Test
    void aFactorAfterAProductIsTheProducts() {
        sd.mmul(variable("a", 3, 4), variable("b", 4, 5)).mul(constant(0.3)).rename("y");
        holds(sd, "y", new FoldScalarsIntoMatmul(), 1, 1);
    }

    @Test
    void aFactorBeforeProductsIsTheirs() {
        SDVariable scaled = sd.math.exp(variable("a", 3, 4)).mul(constant(-2));
        SDVariable left = sd.mmul(scaled, variable("b", 4, 3));
        SDVariable right = sd.mmul(variable("c", 3, 3), scaled);
        sd.mmul(left, right).rename("y");
        holds(sd, "y", new FoldScalarsIntoMatmul(), 1, 4);
    }

    @Test
    void factorsOneAfterAnotherAreOneAndAddedUpByBlas() {
        SDVariable product = sd.mmul(variable("a", 3, 4), variable("b", 4, 5));
        SDVariable scaled = product.mul(constant(0.5)).mul(constant(3));
        sd.math.exp(variable("c", 3, 5)).add(scaled).rename("y");
        // exp, and the product that is added to it with factor 1.5.
        holds(sd, "y", new AccumulateIntoMatmul(), 1, 2, first(new FoldScalarsIntoMatmul()));
    }

    @Test
    void factorsOfWhatIsNoProductAreOne() {
        sd.math.exp(variable("a", 3, 4)).mul(constant(0.5)).mul(constant(3)).rename("y");
        holds(sd, "y", new FoldScalarsIntoMatmul(), 1, 2);
    }

    @Test
    void aFactorWhoseResultOthersReadStays() {
        SDVariable scaled = sd.math.exp(variable("a", 3, 3)).mul(constant(2));
        sd.mmul(scaled, variable("b", 3, 3)).add(sd.math.sin(scaled)).rename("y");
        holds(sd, "y", new FoldScalarsIntoMatmul(), 0, 5);
        SDVariable product = sd.mmul(variable("c", 3, 3), variable("d", 3, 3));
        product.mul(constant(2)).add(sd.math.sin(product)).rename("z");
        holds(sd, "z", new FoldScalarsIntoMatmul(), 0, 4);
    }

    @Test
    void aScaledMatrixTimesItselfKeepsItsFactor() {
        SDVariable scaled = sd.math.exp(variable("a", 3, 3)).mul(constant(2));
        sd.mmul(scaled, scaled, false, true, false).rename("y");
        holds(sd, "y", new FoldScalarsIntoMatmul(), 0, 3);
    }

    @Test
    void aSummandThatIsReadLaterIsNotOverwritten() {
        SDVariable kept = sd.math.exp(variable("a", 3, 5));
        SDVariable sum = kept.add(sd.mmul(variable("c", 3, 2), variable("d", 2, 5)));
        sum.mul(kept).rename("y");
        holds(sd, "y", new AccumulateIntoMatmul(), 0, 4);
    }

    @Test
    void aProductWhoseOperandIsAddedToInBetweenStaysWhereItIs() {
        SDVariable x = sd.math.exp(variable("a", 3, 3));
        SDVariable product = sd.mmul(x, variable("b", 3, 3));
        SDVariable changed = x.add(sd.mmul(variable("c", 3, 2), variable("d", 2, 3)));
        product.add(sd.math.sin(changed)).rename("y");
        // The second product takes the place of x, which the first must have read by then.
        holds(sd, "y", new AccumulateIntoMatmul(), 1, 5);
    }

    @Test
    void manySmallProductsInSeveralThreadsGiveTheSame() {
        sd.mmul(variable("a", 6, 64, 80), variable("b", 6, 80, 128)).rename("y");
        INDArray expected = sd.output(Map.of(), "y").get("y");
        try (var plan = StaticPlan.compile(sd, Map.of(), List.of("y"))) {
            int threads = Nd4j.factory().blas().getMaxThreads();
            plan.run();
            plan.run();
            assertThat(Differences.relative(Differences.numbers(plan.output("y")), Differences.numbers(expected)))
                    .isLessThan(1e-14);
            assertThat(Nd4j.factory().blas().getMaxThreads()).isEqualTo(threads);
        }
    }
}
